import { fail, ok, type Result } from '../../common/result';
import type { Precision } from '../../common/target';

/** What kinds of numbers a network's convolutions and matrix products work on. */
export interface Arithmetic {
  readonly activations: ReadonlySet<string>;
  readonly weights: ReadonlySet<string>;
}

export const eightBit: readonly string[] = ['int8', 'uint8'];
export const sixteenBit: readonly string[] = ['int16', 'uint16'];

/** The precision of a target that runs such arithmetic. The error is one line: what the file is instead. */
export function precisionOf({ activations, weights }: Arithmetic): Result<Precision, string> {
  const only = (...allowed: readonly string[]): boolean =>
    activations.size > 0 && [...activations].every((type) => allowed.includes(type));
  const weightsWithin = (...allowed: readonly string[]): boolean =>
    [...weights].every((type) => allowed.includes(type));
  if (only(...eightBit) && weightsWithin(...eightBit)) return ok('int8');
  if (only(...sixteenBit) && weightsWithin(...eightBit, ...sixteenBit)) return ok('w8a16');
  if (only('float16') && weightsWithin('float16')) return ok('float16');
  if (only('float32') && weightsWithin('float32')) return ok('float32');
  // As TFLite's converter stores half precision: the units that have it compute in it.
  if (only('float32') && weightsWithin('float16', 'float32')) return ok('float16');
  return fail(unmeasurable(describeArithmetic({ activations, weights })));
}

/** The line for a model that is of no target's precision. */
export function unmeasurable(what: string): string {
  return `the model's precision is not one that the farm measures (${what}); expected int8, w8a16, float16 or float32 throughout`;
}

function describeArithmetic({ activations, weights }: Arithmetic): string {
  const found = `activations ${listed(activations)}; weights ${listed(weights)}`;
  const isFloat =
    activations.size > 0 && [...activations].every((type) => type.startsWith('float'));
  const isInteger = [...weights].some((type) => type.startsWith('int') || type.startsWith('uint'));
  return isFloat && isInteger ? `${found}: only its weights are quantized` : found;
}

function listed(types: ReadonlySet<string>): string {
  return [...types].sort().join(', ') || 'none';
}
