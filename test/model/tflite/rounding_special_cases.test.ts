/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { createRandom } from '../../../common/random';
import { insertQdq } from '../../../model/quantize/insertion/insert_qdq';
import type { Range } from '../../../model/quantize/encoding/encoding';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../model/quantize/quantize';
import { tfliteHardSwish } from '../../../model/quantize/ties/single_operand';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { compareRuntimes } from './agreement';
import { rounds, image, representable } from './drawn_graphs';

test("the 16-bit hard swish is TFLite's, under scales that were not chosen for it", async () => {
  const random = createRandom('hard swish');
  const builder = createGraphBuilder('hard swish');
  const source = builder.input('x', [1, 256]);
  const graph = builder.finish([
    { name: builder.node('y', 'HardSwish', [source]), elementType: 'float32', shape: [1, 256] },
  ]);
  let misrounded = 0;
  for (let round = 0; round < 50; round += 1) {
    const [input, output] = [0.02 + 0.08 * random.next(), 0.01 + 0.05 * random.next()].map(
      (scale) => ({
        elementType: 'uint8' as const,
        scale: Math.fround(scale),
        zeroPoint: Math.floor(random.next() * 256),
      }),
    );
    const quantized = insertQdq(graph, {
      activations: new Map([
        ['x', input!],
        ['y', output!],
      ]),
      weights: new Map(),
      convertedFactors: new Map(),
    });
    const integers = Array.from({ length: 256 }, (_, integer) => integer);
    const data = Float32Array.from(
      integers,
      (integer) => input!.scale * (integer - input!.zeroPoint),
    );
    const [run] = await compareRuntimes(
      quantized,
      [new Map([['x', { shape: [1, 256], data }]])],
      globalThis.runLiteRt,
    );
    const kernel = tfliteHardSwish(input!, output!);
    expect(
      Array.from(run!.actual, (value) => Math.round(value / output!.scale) + output!.zeroPoint),
    ).toEqual(integers.map(kernel));
    misrounded += run!.steps.filter((step) => step > 0.5).length;
  }
  // Else there would be nothing to choose.
  expect(misrounded).toBeGreaterThan(0);
});
test('a tensor that is added to itself again and again is rounded by neither runtime', async () => {
  const random = createRandom('multiples');
  for (let round = 0; round < rounds; round += 1) {
    const builder = createGraphBuilder('multiples');
    const x = builder.input('x', [1, 4000]);
    const twice = builder.node('twice', 'Add', [x, x]);
    const graph = builder.finish([
      {
        name: builder.node('five', 'Add', [builder.node('thrice', 'Add', [x, twice]), twice]),
        elementType: 'float32',
        shape: [1, 4000],
      },
    ]);
    const [min, max] = [-2 - 2 * random.next(), 2 + 2 * random.next()];
    const ranges = new Map(
      [
        ['x', 1],
        ['twice', 2],
        ['thrice', 3],
        ['five', 5],
      ].map(([name, times]) => [
        String(name),
        { min: Number(times) * min, max: Number(times) * max },
      ]),
    );
    const quantized = quantizeWithStatistics(graph, ranges, defaultQuantization);
    const inputs = representable(quantized, `multiples ${String(round)}`);
    const [run] = await compareRuntimes(quantized, [inputs], globalThis.runLiteRt);
    const given = inputs.get('x')!.data;
    for (const found of [run!.expected, run!.actual]) {
      const errors = Array.from(found, (value, index) => Math.abs(value - 5 * given[index]!));
      expect(Math.max(...errors)).toBeLessThan(5e-5);
    }
  }
});
test('a tensor that is read elsewhere is converted alike for a concatenation', async () => {
  const random = createRandom('conversion');
  const channels = 16;
  const identity = Float32Array.from({ length: channels ** 2 }, (_, index) =>
    index % (channels + 1) === 0 ? 1 : 0,
  );
  for (let round = 0; round < rounds; round += 1) {
    const builder = createGraphBuilder('conversion');
    const [first, second, third] = ['x0', 'x1', 'x2'].map((name) => builder.input(name, image));
    const sum = builder.node('sum', 'Add', [first!, second!]);
    const wide = builder.node(
      'wide',
      'Conv',
      [third!, builder.constant('w', float32Tensor([channels, channels, 1, 1], identity))],
      { kernel_shape: ints(1, 1) },
    );
    const joined = builder.node('joined', 'Concat', [sum, wide], { axis: int(1) });
    const graph = builder.finish([
      { name: joined, elementType: 'float32', shape: [1, 2 * channels, 40, 40] },
      { name: sum, elementType: 'float32', shape: image },
    ]);
    const range = (size: number): Range => ({
      min: -size * (2 + random.next()),
      max: size * (2 + random.next()),
    });
    const ranges = new Map([
      ['x0', range(1)],
      ['x1', range(1)],
      ['x2', range(4)],
      ['sum', range(1.3)],
      ['wide', range(4)],
      ['joined', range(4)],
    ]);
    const quantized = quantizeWithStatistics(graph, ranges, defaultQuantization);
    const [run] = await compareRuntimes(
      quantized,
      [representable(quantized, `conversion ${String(round)}`)],
      globalThis.runLiteRt,
    );
    const converted = run!.steps.filter((_, index) => index % (2 * channels) < channels);
    expect(converted.filter((step) => step > 0.5)).toHaveLength(0);
    expect(new Set(run!.expected).size).toBeGreaterThan(10);
  }
});
