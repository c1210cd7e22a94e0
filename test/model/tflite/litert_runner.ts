import type { LiteRt } from '../../../agent/runtimes/host/program/litert';
import { compileModel, type LiteRtTensor } from '../../../agent/runtimes/host/program/litert_model';

/** Runs a TFLite model on each sample, a list of inputs in the model's order; gives its first outputs as numbers. */
export type RunLiteRt = (
  model: Uint8Array,
  samples: readonly (readonly ArrayBufferView[])[],
) => Promise<readonly Float32Array[]>;

export function liteRtRunner(runtime: LiteRt): RunLiteRt {
  return async (model, samples) => {
    const compiled = await compileModel(runtime, model);
    const results: Float32Array[] = [];
    for (const sample of samples) {
      sample.forEach((values, index) => compiled.fill(index, values));
      await compiled.run();
      results.push(numbersOf(compiled.outputs[0]!, compiled.read(0)));
    }
    compiled.release();
    return results;
  };
}

function numbersOf({ elementType }: LiteRtTensor, bytes: Uint8Array): Float32Array {
  const { buffer } = Uint8Array.from(bytes);
  switch (elementType) {
    case 'float32':
      return new Float32Array(buffer);
    case 'int8':
      return Float32Array.from(new Int8Array(buffer));
    case 'uint8':
      return Float32Array.from(new Uint8Array(buffer));
    case 'int16':
      return Float32Array.from(new Int16Array(buffer));
    case 'int32':
      return Float32Array.from(new Int32Array(buffer));
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    default:
      throw new Error(`an output of ${elementType}`);
  }
}
