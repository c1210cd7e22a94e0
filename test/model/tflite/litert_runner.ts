import type { LiteRt } from '../../../agent/runtimes/host/litert';

/** Runs a TFLite model with float32 edges on each sample, a list of inputs in the model's order; gives its first outputs. */
export type RunLiteRt = (model: Uint8Array, samples: readonly (readonly Float32Array[])[]) => Promise<readonly Float32Array[]>;

export function liteRtRunner({ library }: LiteRt): RunLiteRt {
  return async (model, samples) => {
    const compiled = await library.loadAndCompile(model, { accelerator: 'wasm' });
    const results: Float32Array[] = [];
    for (const sample of samples) {
      const inputs = compiled.getInputDetails().map(({ shape }, index) => new library.Tensor(sample[index] ?? new Float32Array(), Array.from(shape)));
      const outputs = await compiled.run(inputs);
      results.push(Float32Array.from(outputs[0]?.toTypedArray() ?? []));
      for (const tensor of [...inputs, ...outputs]) tensor.delete();
    }
    compiled.delete();
    return results;
  };
}
