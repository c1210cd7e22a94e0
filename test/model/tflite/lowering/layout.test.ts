import fc from 'fast-check';
import {
  channelsLast,
  gatheredForReshape,
  plainLayout,
  sameOrder,
  storedShape,
  throughReshape,
  throughTranspose,
  type Layout,
} from '../../../../model/tflite/lowering/layout';
import { relayout } from '../../../../model/tflite/lowering/relayout';

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Value i stands at ONNX's position i. */
function stored(shape: readonly number[], layout: Layout): readonly number[] {
  return Array.from(
    relayout(
      Int32Array.from({ length: count(shape) }, (_, index) => index),
      shape,
      layout,
    ),
  );
}

const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 6), { minLength: 1, maxLength: 5 });
/** A shape and a layout of it. */
const placed = shapes.chain((shape) =>
  fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
);

/** Reshapes by cutting a list of factors in two ways. */
const reshapes = fc
  .array(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 6 })
  .chain((factors) => {
    const grouped = fc
      .array(fc.boolean(), { minLength: factors.length, maxLength: factors.length })
      .map((joins) =>
        factors.reduce<number[]>((shape, factor, index) => {
          if (index > 0 && joins[index] === true) shape.push(shape.pop()! * factor);
          else shape.push(factor);
          return shape;
        }, []),
      );
    return fc.tuple(grouped, grouped);
  });

test('an image in NHWC keeps its order when its pixels become tokens', () => {
  expect(throughReshape([1, 8, 9, 10], channelsLast, [1, 8, 90])).toEqual([0, 2, 1]);
  expect(throughTranspose([0, 2, 1], [0, 2, 1])).toEqual([0, 1, 2]);
  expect(throughReshape([1, 90, 8], [0, 1, 2], [1, 9, 10, 8])).toEqual([0, 1, 2, 3]);
});

test('a flattened image must move, a pooled one need not', () => {
  expect(throughReshape([1, 8, 9, 10], channelsLast, [1, 720])).toBeUndefined();
  expect(gatheredForReshape([1, 8, 9, 10], channelsLast, [1, 720])).toEqual([0, 1, 2, 3]);
  expect(throughReshape([1, 8, 1, 1], channelsLast, [1, 8])).toEqual([0, 1]);
});

test('a transposition that is not done leaves every value where ONNX would find it', () => {
  fc.assert(
    fc.property(placed, fc.infiniteStream(fc.nat()), ([shape, layout], numbers) => {
      const permutation = [...shape.keys()]
        .map((axis) => [numbers.next().value as number, axis] as const)
        .sort(([a], [b]) => a - b)
        .map(([, axis]) => axis);
      const transposed = permutation.map((axis) => shape[axis]!);
      const values = relayout(
        Int32Array.from(stored(shape, permutation)),
        transposed,
        throughTranspose(layout, permutation),
      );
      expect(Array.from(values)).toEqual(stored(shape, layout));
    }),
  );
});

test('a reshape that is not done leaves every value where ONNX would find it', () => {
  fc.assert(
    fc.property(reshapes, fc.infiniteStream(fc.nat()), ([from, to], numbers) => {
      const shuffled = from
        .map((_, axis) => [numbers.next().value as number, axis] as const)
        .sort(([a], [b]) => a - b)
        .map(([, axis]) => axis);
      for (const layout of [
        shuffled,
        gatheredForReshape(from, shuffled, to),
        plainLayout(from.length),
      ]) {
        const through = throughReshape(from, layout, to);
        if (through !== undefined) expect(stored(to, through)).toEqual(stored(from, layout));
      }
      expect(throughReshape(from, gatheredForReshape(from, shuffled, to), to)).toBeDefined();
    }),
    { numRuns: 300 },
  );
});

test('dimensions of size 1 do not change the order', () => {
  expect(sameOrder([1, 8, 1, 1], channelsLast, plainLayout(4))).toBe(true);
  expect(sameOrder([1, 8, 1, 2], channelsLast, plainLayout(4))).toBe(false);
  expect(storedShape([1, 8, 9, 10], channelsLast)).toEqual([1, 9, 10, 8]);
});
