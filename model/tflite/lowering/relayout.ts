import type { Layout } from './layout';

type Values = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array;

/** Copies a tensor's values into another order of its dimensions; `layout` names the source dimension at each new position. */
export function relayout(values: Values, shape: readonly number[], layout: Layout): Values {
  const strides = stridesOf(shape);
  // Dimensions of size 1 would only make loops of one round.
  const moving = layout.filter((dimension) => shape[dimension] !== 1);
  if (moving.every((dimension, index) => index === 0 || dimension > (moving[index - 1] ?? 0)))
    return values;
  const sizes = moving.map((dimension) => shape[dimension] ?? 1);
  const steps = moving.map((dimension) => strides[dimension] ?? 0);
  const result = values.slice();
  copyRuns(values, result, { sizes, steps });
  return result;
}

/** The innermost dimension in a tight loop, the others by counting: this is where most of a conversion's time goes. */
function copyRuns(
  source: Values,
  target: Values,
  { sizes, steps }: { readonly sizes: readonly number[]; readonly steps: readonly number[] },
): void {
  const outer = sizes.length - 1;
  const length = sizes[outer] ?? 1;
  const step = steps[outer] ?? 1;
  const counters = new Array<number>(outer).fill(0);
  let from = 0;
  for (let to = 0; to < target.length;) {
    for (let index = 0, at = from; index < length; index += 1, at += step)
      target[to++] = source[at] ?? 0;
    for (let dimension = outer - 1; dimension >= 0; dimension -= 1) {
      const stride = steps[dimension] ?? 0;
      const size = sizes[dimension] ?? 1;
      from += stride;
      const count = (counters[dimension] ?? 0) + 1;
      counters[dimension] = count;
      if (count < size) break;
      counters[dimension] = 0;
      from -= stride * size;
    }
  }
}

function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let dimension = shape.length - 2; dimension >= 0; dimension -= 1)
    strides[dimension] = (strides[dimension + 1] ?? 1) * (shape[dimension + 1] ?? 1);
  return strides;
}
