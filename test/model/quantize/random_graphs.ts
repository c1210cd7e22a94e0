import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import type { Graph, Tensor } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import type { Range } from '../../../model/quantize/encoding/encoding';

const channels = 4;
const image = [1, channels, 6, 6];

/** Everything here takes and gives tensors of one shape, so that any may follow any. */
const operators = {
  relu: (b, name, [x]) => b.node(name, 'Relu', [x]),
  relu6: (b, name, [x]) =>
    b.node(name, 'Clip', [x, scalar(b, `${name}.min`, 0), scalar(b, `${name}.max`, 6)]),
  sigmoid: (b, name, [x]) => b.node(name, 'Sigmoid', [x]),
  hardSwish: (b, name, [x]) => b.node(name, 'HardSwish', [x]),
  add: (b, name, [x, y]) => b.node(name, 'Add', [x, y]),
  subtract: (b, name, [x, y]) => b.node(name, 'Sub', [x, y]),
  multiply: (b, name, [x, y]) => b.node(name, 'Mul', [x, y]),
  shift: (b, name, [x]) => b.node(name, 'Add', [x, weights(b, `${name}.shift`, [channels, 1, 1])]),
  convolution: (b, name, [x]) => convolution(b, name, x, channels),
  join: (b, name, [x, y]) =>
    convolution(
      b,
      name,
      b.node(`${name}.joined`, 'Concat', [x, y], { axis: int(1) }),
      2 * channels,
    ),
  pool: (b, name, [x]) =>
    b.node(name, 'MaxPool', [x], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
  average: (b, name, [x]) =>
    b.node(name, 'AveragePool', [x], { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
  transpose: (b, name, [x]) => b.node(name, 'Transpose', [x], { perm: ints(0, 1, 3, 2) }),
  identity: (b, name, [x]) => b.node(name, 'Identity', [x]),
} as const satisfies Readonly<
  Record<string, (b: GraphBuilder, name: string, inputs: readonly [string, string]) => string>
>;

const kinds = Object.keys(operators) as readonly (keyof typeof operators)[];

/** Networks of drawn operators; each reads any tensor made before, and up to two tensors are outputs. */
export const randomGraphs: fc.Arbitrary<Graph> = fc
  .record({
    steps: fc.array(
      fc.record({ kind: fc.constantFrom(...kinds), first: fc.nat(), second: fc.nat() }),
      { minLength: 1, maxLength: 12 },
    ),
    other: fc.nat(),
  })
  .map(({ steps, other }) => {
    const builder = createGraphBuilder('drawn');
    const made = [builder.input('x', image)];
    steps.forEach(({ kind, first, second }, index) => {
      const [x, y] = [first, second].map((choice) => made[choice % made.length]!);
      made.push(operators[kind](builder, `${kind}${String(index)}`, [x!, y!]));
    });
    const outputs = new Set([made.at(-1)!, made[1 + (other % (made.length - 1))]!]);
    return builder.finish(
      [...outputs].map((name) => ({ name, elementType: 'float32', shape: image })),
    );
  });

/** A range of its own for every tensor that a node makes or that comes in; all hold zero, as observed ones do. */
export function drawnRanges(graph: Graph, seed: number): ReadonlyMap<string, Range> {
  const random = createRandom(seed);
  const names = [
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ];
  return new Map(
    names.map((name) => [name, { min: -4 * random.next(), max: 0.1 + 6 * random.next() }]),
  );
}

function convolution(b: GraphBuilder, name: string, input: string, from: number): string {
  return b.node(
    name,
    'Conv',
    [input, weights(b, `${name}.w`, [channels, from, 1, 1]), weights(b, `${name}.b`, [channels])],
    { kernel_shape: ints(1, 1) },
  );
}

function weights(b: GraphBuilder, name: string, shape: readonly number[]): string {
  const random = createRandom(name);
  const tensor: Tensor = float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => random.normal()),
  );
  return b.constant(name, tensor);
}

function scalar(b: GraphBuilder, name: string, value: number): string {
  return b.constant(name, float32Tensor([], Float32Array.of(value)));
}
