import fc from 'fast-check';
import type { Float32Tensor } from '../../../../model/onnx/graph';
import { float32Tensor } from '../../../../model/onnx/graph_builder';
import type { WeightEncoding } from '../../../../model/quantize/encoding/encoding';
import {
  fullRangeWeightEncoding,
  leastErrorWeightEncoding,
  minMaxWeightEncoding,
  quantizeBias,
  quantizeWeight,
  withRoomForBias,
} from '../../../../model/quantize/weights/quantized_constants';

/** None so small that a scale of it would be no normal float32. */
const value = fc
  .oneof(
    fc.double({ min: -4, max: 4, noNaN: true }),
    fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
    fc.constant(0),
  )
  .map((each) => (Math.abs(each) < 1e-30 ? 0 : each));

/** Of three dimensions, with an axis that counts channels, or none. */
const anyWeight = fc
  .record({
    shape: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.constant(3)),
    axis: fc.constantFrom(0, 1, null),
  })
  .chain(({ shape, axis }) =>
    fc
      .array(value, { minLength: shape[0] * shape[1] * 3, maxLength: shape[0] * shape[1] * 3 })
      .map((values) => ({ tensor: float32Tensor(shape, Float32Array.from(values)), axis })),
  );

/** Where an element stands, by counting through the dimensions. */
function channelOf({ shape }: Float32Tensor, axis: number | null, index: number): number {
  if (axis === null) return 0;
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place[axis]!;
}

function errorOf(tensor: Float32Tensor, encoding: WeightEncoding, channel: number): number {
  const integers = quantizeWeight(tensor, encoding).data;
  let error = 0;
  tensor.data.forEach((each, index) => {
    if (channelOf(tensor, encoding.axis, index) !== channel) return;
    error += (each - encoding.scales[channel]! * Number(integers[index])) ** 2;
  });
  return error;
}

describe('scales of weights', () => {
  test('that hold every weight are off by at most half a step, in the channel that is counted through', () => {
    fc.assert(
      fc.property(anyWeight, ({ tensor, axis }) => {
        const encoding = minMaxWeightEncoding(tensor, axis);
        const integers = quantizeWeight(tensor, encoding).data;
        tensor.data.forEach((each, index) => {
          const scale = encoding.scales[channelOf(tensor, axis, index)]!;
          expect(Math.abs(each - scale * Number(integers[index]))).toBeLessThanOrEqual(
            0.5001 * scale,
          );
          expect(Math.abs(Number(integers[index]))).toBeLessThanOrEqual(127);
        });
      }),
    );
  });

  test('are as small as that allows: the largest weight of a channel is 127', () => {
    fc.assert(
      fc.property(anyWeight, ({ tensor, axis }) => {
        const encoding = minMaxWeightEncoding(tensor, axis);
        const integers = quantizeWeight(tensor, encoding).data;
        const largest = encoding.scales.map(() => 0);
        tensor.data.forEach((each, index) => {
          const channel = channelOf(tensor, axis, index);
          if (Math.abs(each) > 1e-30)
            largest[channel] = Math.max(largest[channel]!, Math.abs(Number(integers[index])));
        });
        for (const integer of largest) expect([0, 127]).toContain(integer);
      }),
    );
  });

  test('of the full range reach to -128, and are never wider', () => {
    fc.assert(
      fc.property(anyWeight, ({ tensor, axis }) => {
        const [full, symmetric] = [
          fullRangeWeightEncoding(tensor, axis),
          minMaxWeightEncoding(tensor, axis),
        ];
        full.scales.forEach((scale, channel) =>
          expect(scale).toBeLessThanOrEqual(symmetric.scales[channel]! * (1 + 1e-6)),
        );
        for (const integer of quantizeWeight(tensor, full).data)
          expect(Number(integer)).toBeGreaterThanOrEqual(-128);
      }),
    );
  });

  test('of least error are never worse than those that hold every weight, in any channel', () => {
    fc.assert(
      fc.property(anyWeight, ({ tensor, axis }) => {
        const [least, symmetric] = [
          leastErrorWeightEncoding(tensor, axis),
          minMaxWeightEncoding(tensor, axis),
        ];
        least.scales.forEach((_, channel) =>
          expect(errorOf(tensor, least, channel)).toBeLessThanOrEqual(
            errorOf(tensor, symmetric, channel) * (1 + 1e-9) + 1e-30,
          ),
        );
      }),
    );
  });

  test('of least error clip an outlier where that gains more for all others', () => {
    const values = Float32Array.from({ length: 60_000 }, (_, index) => Math.sin(index));
    values[7] = 1.3;
    const tensor = float32Tensor([1, 60_000], values);
    const [least, symmetric] = [
      leastErrorWeightEncoding(tensor, 0),
      minMaxWeightEncoding(tensor, 0),
    ];
    expect(least.scales[0]!).toBeLessThan(0.9 * symmetric.scales[0]!);
    expect(errorOf(tensor, least, 0)).toBeLessThan(0.95 * errorOf(tensor, symmetric, 0));
  });
});

describe('biases', () => {
  const anyBias = fc
    .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 5 })
    .map((values) => float32Tensor([values.length], Float32Array.from(values)));

  test('never saturate once their weights have room for them', () => {
    fc.assert(
      fc.property(
        anyBias,
        fc.double({ min: 1e-6, max: 1, noNaN: true }).map(Math.fround),
        fc.double({ min: 1e-12, max: 1, noNaN: true }).map(Math.fround),
        fc.boolean(),
        (bias, inputScale, weightScale, isPerChannel) => {
          const encoding: WeightEncoding = {
            axis: isPerChannel ? 0 : null,
            scales: new Float32Array(isPerChannel ? bias.data.length : 1).fill(weightScale),
          };
          const widened = withRoomForBias(encoding, bias, inputScale);
          const scales = widened.scales.map((scale) => scale * inputScale);
          quantizeBias(bias, scales).data.forEach((integer, channel) => {
            expect(Math.abs(Number(integer))).toBeLessThan(2 ** 31 - 1);
            const scale = scales[isPerChannel ? channel : 0]!;
            expect(Math.abs(Number(integer) * scale - bias.data[channel]!)).toBeLessThanOrEqual(
              Math.max(0.51 * scale, 1e-6 * Math.abs(bias.data[channel]!)),
            );
          });
          widened.scales.forEach((scale) => expect(scale).toBeGreaterThanOrEqual(weightScale));
        },
      ),
    );
  });

  test('that fit leave the encoding as it is, the very same', () => {
    const encoding: WeightEncoding = { axis: 0, scales: Float32Array.of(0.1, 0.2) };
    const bias = float32Tensor([2], Float32Array.of(3, -4));
    expect(withRoomForBias(encoding, bias, 0.01)).toBe(encoding);
  });

  test('widen the scale of their own channel alone', () => {
    const encoding: WeightEncoding = { axis: 0, scales: Float32Array.of(1e-9, 1e-9) };
    const bias = float32Tensor([2], Float32Array.of(1, 0));
    const { scales } = withRoomForBias(encoding, bias, 0.01);
    expect(scales[0]).toBeGreaterThan(1e-9);
    expect(scales[1]).toBe(Math.fround(1e-9));
  });
});
