import { floatAttribute, intAttribute } from '../../onnx/graph';
import { noOptions, productOptions, reducerOptions, sumOptions } from '../file/builtin_options';
import type { BuiltinOptions } from '../file/draft';
import { withLast } from '../lowering/layout';
import { bytesOf, type Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { inputOf, outputOf, type Lower } from './family';
import { dequantized, quantizedResult } from './float_island';

export const normalizationFamily: Readonly<Record<string, Lower>> = {
  LayerNormalization: layerNormalization,
};

/**
 * TFLite has no layer normalization, and its parts in int8 lose the answer: the squares alone need 16 bits, and each of
 * the seven roundings costs a step. So it is computed in float between a DEQUANTIZE and a QUANTIZE, which is also what
 * ONNX Runtime does with the same QDQ graph. https://github.com/onnx/onnx/blob/main/docs/Operators.md#LayerNormalization
 */
function layerNormalization(step: Step, to: Lowering): void {
  const { node } = step;
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const last = input.shape.length - 1;
  const axis = intAttribute(node, 'axis', -1);
  if (axis !== -1 && axis !== last)
    throw new Unsupported(node, 'it normalizes more than the last dimension');
  const layout = withLast(to.layoutOf(input), last);
  const data = dequantized(to, input, layout);
  const { shape } = to.tensor(data);
  const made = (part: string, of: readonly number[]): number =>
    to.between({ name: `${output.name}/${part}`, elementType: 'float32', shape: of });
  const apply = (
    operation: { readonly kind: string; readonly options?: BuiltinOptions },
    inputs: readonly number[],
    result: number,
  ): number => {
    to.emit({ ...operation, inputs, outputs: [result] });
    return result;
  };
  const averaged = shape.with(-1, 1);
  const mean = { kind: 'MEAN', options: reducerOptions(true) };
  const times = { kind: 'MUL', options: productOptions('MUL', 'NONE') };
  const plus = { kind: 'ADD', options: sumOptions('ADD', 'NONE') };
  const lastAxis = to.list([last]);
  const average = apply(mean, [data, lastAxis], made('mean', averaged));
  const centred = apply(
    { kind: 'SUB', options: sumOptions('SUB', 'NONE') },
    [data, average],
    made('centred', shape),
  );
  const variance = apply(
    mean,
    [apply(times, [centred, centred], made('squares', shape)), lastAxis],
    made('variance', averaged),
  );
  const guarded = apply(
    plus,
    [variance, to.float(floatAttribute(node, 'epsilon', 1e-5))],
    made('guarded', averaged),
  );
  const normalized = apply(
    times,
    [centred, apply({ kind: 'RSQRT', options: noOptions }, [guarded], made('inverse', averaged))],
    made('normalized', shape),
  );
  const bias = step.inputs[2];
  const result = quantizedResult(to, output, layout);
  const scaled = bias === undefined ? result.float : made('scaled', shape);
  apply(times, [normalized, realConstant(step, to, inputOf(step, 1))], scaled);
  if (bias !== undefined) apply(plus, [scaled, realConstant(step, to, bias)], result.float);
  result.quantize();
}

/** A constant's real numbers: float as it is, integers by their encoding. */
function realConstant(step: Step, to: Lowering, operand: Operand): number {
  const { constant, quantization } = operand;
  if (constant === undefined) throw new Unsupported(step.node, 'its scale and bias are computed');
  const integers = Array.from<number | bigint>(constant.data).map(Number);
  const scales = quantization?.scales;
  const values =
    scales === undefined
      ? integers
      : integers.map((value, index) =>
          Math.fround(
            (value - (quantization?.zeroPoint ?? 0)) *
              (scales[scales.length === 1 ? 0 : index] ?? 1),
          ),
        );
  return to.constant(
    { name: operand.name, elementType: 'float32', shape: constant.shape },
    bytesOf(Float32Array.from(values)),
  );
}
