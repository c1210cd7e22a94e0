/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { createRandom } from '../../../common/random';
import { insertQdq } from '../../../model/quantize/insertion/insert_qdq';
import type { Range } from '../../../model/quantize/encoding/encoding';
import type { FloatTensor } from '../../../model/execute/session';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../model/quantize/quantize';
import { tfliteHardSwish } from '../../../model/quantize/ties/single_operand';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  ints,
  float,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import type { Graph } from '../../../model/onnx/graph';
import { compareRuntimes } from './agreement';
import { normalInputs } from './quantized_graph';

/** Ranges are drawn, so every round has other scales and zero points. */
const rounds = 8;

interface Drawn {
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly build: (builder: GraphBuilder, inputs: readonly string[]) => string;
  /** Of the output, in units of the inputs'. */
  readonly width: number;
  /** Where the operator fixes an encoding or a middle tensor needs a range. */
  readonly middle?: readonly string[];
}

const image = [1, 16, 40, 40];
const pixel = [1, 16, 1, 1];

const cases: Readonly<Record<string, Drawn>> = {
  'a sum': {
    inputs: [image, image],
    output: image,
    build: (b, [x, y]) => b.node('y', 'Add', [x!, y!]),
    width: 1.3,
  },
  'a difference': {
    inputs: [image, image],
    output: image,
    build: (b, [x, y]) => b.node('y', 'Sub', [x!, y!]),
    width: 1.3,
  },
  'a chain of sums': {
    inputs: [image, image, image],
    output: image,
    build: (b, [x, y, z]) =>
      b.node('y', 'Relu', [b.node('raw', 'Add', [b.node('m', 'Add', [x!, y!]), z!])]),
    width: 1.6,
    middle: ['m'],
  },
  'a product': {
    inputs: [image, image],
    output: image,
    build: (b, [x, y]) => b.node('y', 'Mul', [x!, y!]),
    width: 0.6,
  },
  'a gate': {
    inputs: [image, pixel],
    output: image,
    build: (b, [x, y]) => b.node('y', 'Mul', [x!, b.node('m', 'Sigmoid', [y!])]),
    width: 0.7,
  },
  'a mean of many': {
    inputs: [[1, 500, 14, 14]],
    output: [1, 500, 1, 1],
    build: (b, [x]) => b.node('y', 'GlobalAveragePool', [x!]),
    width: 0.07,
  },
  'an average of four': {
    inputs: [image],
    output: [1, 16, 20, 20],
    build: (b, [x]) =>
      b.node('y', 'AveragePool', [x!], { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
    width: 0.6,
  },
  'an average of nine, fewer at the border': {
    inputs: [image],
    output: image,
    build: (b, [x]) =>
      b.node('y', 'AveragePool', [x!], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
    width: 0.4,
  },
  'averages that are summed': {
    inputs: [image, image],
    output: image,
    middle: ['m', 'n', 'p'],
    width: 1.3,
    build: (b, [x, y]) =>
      b.node('y', 'Add', [
        b.node('n', 'Add', [
          b.node('m', 'AveragePool', [x!], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
          x!,
        ]),
        b.node('p', 'AveragePool', [y!], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
      ]),
  },
  'a hard swish': {
    inputs: [image],
    output: image,
    build: (b, [x]) => b.node('y', 'HardSwish', [x!]),
    width: 0.7,
  },
  'a hard sigmoid': {
    inputs: [image],
    output: image,
    build: (b, [x]) => b.node('y', 'HardSigmoid', [x!], { alpha: float(1 / 6), beta: float(0.5) }),
    width: 0.3,
  },
  'a product of matrices': {
    inputs: [
      [1, 3, 64, 48],
      [1, 3, 48, 64],
    ],
    output: [1, 3, 64, 64],
    build: (b, [x, y]) => b.node('y', 'MatMul', [x!, y!]),
    width: 6,
  },
  'shares of attention': {
    inputs: [
      [1, 3, 64, 64],
      [1, 3, 64, 48],
    ],
    output: [1, 3, 64, 48],
    build: (b, [x, y]) =>
      b.node('y', 'MatMul', [b.node('m', 'Softmax', [x!], { axis: int(-1) }), y!]),
    width: 0.4,
  },
};

function drawnGraph({ inputs, output, build, width, middle = [] }: Drawn, seed: string): Graph {
  const random = createRandom(seed);
  const builder = createGraphBuilder('drawn');
  const names = inputs.map((shape, index) => builder.input(`x${String(index)}`, shape));
  const graph = builder.finish([
    { name: build(builder, names), elementType: 'float32', shape: output },
  ]);
  const drawn = (size: number): Range => ({
    min: -size * (2 + 2 * random.next()),
    max: size * (2 + 2 * random.next()),
  });
  const ranges = new Map([
    ...names.map((name) => [name, drawn(1)] as const),
    ...middle.map((name) => [name, drawn((1 + width) / 2)] as const),
    ['y', drawn(width)] as const,
  ]);
  return quantizeWithStatistics(graph, ranges, defaultQuantization);
}

/** Numbers that the integers stand for: the edge rounds nothing. */
function representable(graph: Graph, seed: string): ReadonlyMap<string, FloatTensor> {
  return new Map(
    [...normalInputs(graph, seed)].map(([name, { shape, data }]) => {
      const [scale = 1, zeroPoint = 0] = graph.nodes
        .find((node) => node.kind === 'QuantizeLinear' && node.inputs[0] === name)!
        .inputs.slice(1)
        .map((constant) => Number(graph.initializers.get(constant)!.data[0]));
      return [
        name,
        {
          shape,
          data: data.map(
            (value) =>
              Math.max(-zeroPoint, Math.min(255 - zeroPoint, Math.round(value / scale))) * scale,
          ),
        },
      ];
    }),
  );
}

test.each(Object.entries(cases))(
  '%s comes out alike in both runtimes, to the last element, under any range',
  async (name, drawn) => {
    for (let round = 0; round < rounds; round += 1) {
      const graph = drawnGraph(drawn, `${name} ${String(round)}`);
      const [run] = await compareRuntimes(
        graph,
        [representable(graph, `${name} ${String(round)}`)],
        globalThis.runLiteRt,
      );
      expect(run!.steps.filter((step) => step > 0.5)).toHaveLength(0);
      expect(new Set(run!.expected).size).toBeGreaterThan(10);
    }
  },
);

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
    for (const found of [run!.expected, run!.actual])
      found.forEach((value, index) =>
        expect(value).toBeCloseTo(5 * inputs.get('x')!.data[index]!, 4),
      );
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
