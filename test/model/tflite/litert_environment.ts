import { loadLiteRt, type LiteRt } from '../../../agent/runtimes/host/litert';
import OnnxRuntimeEnvironment from '../onnxruntime_environment';

/** Runs a float32 TFLite model once; outputs in the model's order. */
export type RunLiteRt = (model: Uint8Array, inputs: readonly Float32Array[]) => Promise<readonly Float32Array[]>;

/** LiteRT's package is ES modules and finds its WebAssembly on the global object: it lives outside jest's module registry. */
export default class LiteRtEnvironment extends OnnxRuntimeEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    let loading: Promise<LiteRt> | undefined;
    const runLiteRt: RunLiteRt = async (model, inputs) => {
      const { library } = await (loading ??= loadLiteRt());
      const compiled = await library.loadAndCompile(model, { accelerator: 'wasm' });
      const tensors = compiled.getInputDetails().map(({ shape }, index) => new library.Tensor(inputs[index]!, Array.from(shape)));
      const outputs = await compiled.run(tensors);
      const values = outputs.map((output) => Float32Array.from(output.toTypedArray()));
      for (const tensor of [...tensors, ...outputs]) tensor.delete();
      compiled.delete();
      return values;
    };
    Object.assign(this.global, { runLiteRt });
  }
}
