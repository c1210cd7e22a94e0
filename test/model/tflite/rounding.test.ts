/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { createRandom } from '../../../common/random';
import type { Range } from '../../../model/quantize/encoding/encoding';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../model/quantize/quantize';
import {
  createGraphBuilder,
  int,
  ints,
  float,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import type { Graph } from '../../../model/onnx/graph';
import { compareRuntimes } from './agreement';
import { rounds, image, representable } from './drawn_graphs';

interface Drawn {
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly build: (builder: GraphBuilder, inputs: readonly string[]) => string;
  /** Of the output, in units of the inputs'. */
  readonly width: number;
  /** Where the operator fixes an encoding or a middle tensor needs a range. */
  readonly middle?: readonly string[];
}
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
