import { loadLiteRt, type LiteRt } from '../../../agent/runtimes/host/program/litert';
import OnnxRuntimeEnvironment from '../onnxruntime_environment';
import { liteRtRunner, type RunLiteRt } from './litert_runner';

declare global {
  /** Set by the environment below. */
  var runLiteRt: RunLiteRt;
}

/** LiteRT's package is ES modules and finds its WebAssembly on the global object: it lives outside jest's module registry. */
export default class LiteRtEnvironment extends OnnxRuntimeEnvironment {
  private loading: Promise<LiteRt> | undefined;

  override async setup(): Promise<void> {
    await super.setup();
    const runLiteRt: RunLiteRt = async (model, samples) =>
      liteRtRunner(await (this.loading ??= loadLiteRt()))(model, samples);
    Object.assign(this.global, { runLiteRt });
  }

  /** The next test file of this process loads it anew. */
  override async teardown(): Promise<void> {
    (await this.loading)?.library.unloadLiteRt();
    await super.teardown();
  }
}
