import fc from 'fast-check';
import { createRandom } from '../../../../common/random';
import { float32Tensor } from '../../../../model/onnx/graph_builder';
import type { Float32Tensor } from '../../../../model/onnx/graph';
import { withRoomForBias } from '../../../../model/quantize/weights/quantized_constants';
import {
  createQuantizedWeightCache,
  plainWeightCodec,
} from '../../../../model/quantize/weights/weight_codec';

function weight(seed: number | string, ...shape: number[]): Float32Tensor {
  const random = createRandom(seed);
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );
}

/** Element by element, from the definition. */
function slowQuantized({ shape, data }: Float32Tensor, axis: number | null): readonly number[] {
  const inner = axis === null ? data.length : shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (index: number): number =>
    axis === null ? 0 : Math.floor(index / inner) % shape[axis]!;
  const largest: number[] = [];
  data.forEach(
    (value, index) =>
      (largest[channelOf(index)] = Math.max(largest[channelOf(index)] ?? 0, Math.abs(value))),
  );
  return Array.from(data, (value, index) =>
    Math.round(value / Math.fround(largest[channelOf(index)]! / 127)),
  );
}

describe('weights', () => {
  test('are rounded in steps of their channel, on whichever axis it is', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(0, 1, null),
        (seed, shape, axis) => {
          const tensor = weight(seed, ...shape);
          const encoding = plainWeightCodec.encode(tensor, { axis, method: 'min-max' });
          expect(encoding.scales).toHaveLength(axis === null ? 1 : shape[axis]!);
          // Exact halves do not come up in random weights.
          expect(Array.from(plainWeightCodec.quantize(tensor, encoding).data, Number)).toEqual(
            slowQuantized(tensor, axis).map((value) => value + 0),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test("in the full range have AIMET's scales, max(largest / 127, -smallest / 128), and use -128", () => {
    const tensor = float32Tensor([2, 2], Float32Array.of(-2, 1, -1, 2));
    const encoding = plainWeightCodec.encode(tensor, { axis: 0, method: 'full-range' });
    expect([...encoding.scales]).toEqual(
      [2 / 128, 2 / 127].map((scale) => expect.closeTo(scale, 8) as number),
    );
    expect(Array.from(plainWeightCodec.quantize(tensor, encoding).data, Number)).toEqual([
      -128, 64, -64, 127,
    ]);
    const narrow = plainWeightCodec.encode(tensor, { axis: 0, method: 'min-max' });
    expect(Array.from(plainWeightCodec.quantize(tensor, narrow).data, Number)).toEqual([
      -127, 64, -64, 127,
    ]);
  });

  test('by least error are clipped where that helps, and never worse', () => {
    const tensor = weight('outlier', 2, 400);
    tensor.data[0] = 7;
    const error = (method: 'min-max' | 'mse'): number => {
      const encoding = plainWeightCodec.encode(tensor, { axis: 0, method });
      const integers = plainWeightCodec.quantize(tensor, encoding).data;
      return tensor.data.reduce(
        (sum, value, index) =>
          sum + (value - Number(integers[index]) * encoding.scales[index < 400 ? 0 : 1]!) ** 2,
        0,
      );
    };
    expect(error('mse')).toBeLessThanOrEqual(error('min-max'));
  });
});

describe('the cache of quantized weights', () => {
  const task = { axis: 0, method: 'min-max' } as const;

  test('gives the same integers as without it, and the very same ones again', () => {
    const cache = createQuantizedWeightCache(1e6);
    const tensor = weight(1, 4, 9);
    const first = cache.quantize(tensor, cache.encode(tensor, task));
    expect(first).toEqual(plainWeightCodec.quantize(tensor, plainWeightCodec.encode(tensor, task)));
    expect(cache.quantize(tensor, cache.encode(tensor, task))).toBe(first);
    expect(cache.figures()).toEqual({ hits: 1, misses: 1, sizeBytes: 36 });
  });

  test('tells tasks and equal-looking tensors apart', () => {
    const cache = createQuantizedWeightCache(1e6);
    const tensor = weight(1, 4, 9);
    cache.quantize(tensor, cache.encode(tensor, task));
    expect(cache.quantize(tensor, cache.encode(tensor, { ...task, axis: null }))).toEqual(
      plainWeightCodec.quantize(tensor, plainWeightCodec.encode(tensor, { ...task, axis: null })),
    );
    cache.quantize(weight(1, 4, 9), cache.encode(weight(1, 4, 9), task));
    expect(cache.figures().hits).toBe(0);
  });

  test("does not serve scales that one network's bias has widened", () => {
    const cache = createQuantizedWeightCache(1e6);
    const tensor = weight(1, 1, 4);
    const narrow = cache.encode(tensor, task);
    cache.quantize(tensor, narrow);
    const bias = float32Tensor([1], Float32Array.of(1e9));
    const wide = withRoomForBias(narrow, bias, 1e-3);
    expect(wide.scales[0]).toBeGreaterThan(narrow.scales[0]!);
    expect(cache.quantize(tensor, wide)).toEqual(plainWeightCodec.quantize(tensor, wide));
    expect(cache.figures().hits).toBe(0);
  });

  test('forgets the longest unused beyond its bound', () => {
    const cache = createQuantizedWeightCache(100);
    const tensors = [weight(1, 4, 10), weight(2, 4, 10), weight(3, 4, 10)] as const;
    const use = (tensor: Float32Tensor): void =>
      void cache.quantize(tensor, cache.encode(tensor, task));
    for (const tensor of [tensors[0], tensors[1], tensors[0], tensors[2]]) use(tensor);
    expect(cache.figures()).toEqual({ hits: 1, misses: 3, sizeBytes: 80 });
    use(tensors[0]);
    expect(cache.figures().hits).toBe(2);
    use(tensors[1]);
    expect(cache.figures().misses).toBe(4);
  });
});
