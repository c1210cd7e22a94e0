import { loadLiteRt, type LiteRt } from '../../../agent/runtimes/host/litert';
import OnnxRuntimeEnvironment from '../onnxruntime_environment';

/** Runs a TFLite model with float32 edges on each sample, a list of inputs in the model's order; gives its first outputs. */
export type RunLiteRt = (model: Uint8Array, samples: readonly (readonly Float32Array[])[]) => Promise<readonly Float32Array[]>;

/** LiteRT's package is ES modules and finds its WebAssembly on the global object: it lives outside jest's module registry. */
export default class LiteRtEnvironment extends OnnxRuntimeEnvironment {
  private loading: Promise<LiteRt> | undefined;

  override async setup(): Promise<void> {
    await super.setup();
    const runLiteRt: RunLiteRt = async (model, samples) => runSamples(await (this.loading ??= loadLiteRt()), model, samples);
    Object.assign(this.global, { runLiteRt });
  }

  /** The next test file of this process loads it anew. */
  override async teardown(): Promise<void> {
    (await this.loading)?.library.unloadLiteRt();
    await super.teardown();
  }
}

async function runSamples({ library }: LiteRt, model: Uint8Array, samples: readonly (readonly Float32Array[])[]): Promise<readonly Float32Array[]> {
  const compiled = await library.loadAndCompile(model, { accelerator: 'wasm' });
  const results: Float32Array[] = [];
  for (const sample of samples) {
    const inputs = compiled.getInputDetails().map(({ shape }, index) => new library.Tensor(sample[index]!, Array.from(shape)));
    const outputs = await compiled.run(inputs);
    results.push(Float32Array.from(outputs[0]!.toTypedArray()));
    for (const tensor of [...inputs, ...outputs]) tensor.delete();
  }
  compiled.delete();
  return results;
}
