import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';

const folder = join(__dirname, '../../data/exported');
const files = [
  'torch.mobilenet_v3.opset11.onnx',
  'torch.vit.dynamic17.onnx',
  'keras.transformer.opset13.onnx',
  'torch.segmentation.opset9.onnx',
  'paddle.lcnet.opset11.onnx',
].map((file) => readFileSync(join(folder, file)));

/** Enough for a run of seconds; FARM_EXHAUSTIVE=1 asks for more. */
const runs = process.env['FARM_EXHAUSTIVE'] === '1' ? 20_000 : 40;

/** Reads and canonicalizes; the answer must be a graph or one line. */
function outcome(bytes: Uint8Array): string {
  const read = readOnnx(bytes);
  if (!read.ok) return read.error;
  const shapes = new Map(
    read.value.inputs.map((input) => [
      input.name,
      (input.shape ?? []).map((size) => (typeof size === 'number' ? size : 1)),
    ]),
  );
  const result = canonicalize(read.value, { inputShapes: shapes });
  return result.ok ? 'a graph' : result.error;
}

describe('a hostile file', () => {
  test('with bytes changed anywhere becomes a graph or one line', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (file, changes) => {
          const bytes = Uint8Array.from(file);
          for (const { at, value } of changes) bytes[Math.floor(at * bytes.length)] = value;
          expect(outcome(bytes)).toMatch(/^[^\n\r]+$/);
        },
      ),
      { numRuns: runs },
    );
  });

  test('that was cut, or has a part twice, becomes a graph or one line', () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...files), place, place, (file, from, to) => {
        const [start, end] = [from, to].map((at) => Math.floor(at * file.length));
        expect(outcome(Buffer.concat([file.subarray(0, start), file.subarray(end)]))).toMatch(
          /^[^\n\r]+$/,
        );
      }),
      { numRuns: runs },
    );
  });

  test.each<[string, (graph: Graph) => Graph]>([
    [
      'enormous dimensions',
      (graph) => ({ ...graph, inputs: [{ ...graph.inputs[0]!, shape: [1, 2 ** 30] }] }),
    ],
    ['a chain of two thousand identities', (graph) => chain(graph, 'Identity', 2_000)],
    ['a chain of two thousand products', (graph) => chain(graph, 'Mul', 2_000)],
    [
      'twenty thousand nodes without a name',
      (graph) => ({
        ...chain(graph, 'Relu', 20_000),
        nodes: chain(graph, 'Relu', 20_000).nodes.map((node) => ({ ...node, name: '' })),
      }),
    ],
    [
      'a sum of two thousand terms',
      (graph) => ({
        ...graph,
        nodes: [{ ...graph.nodes[0]!, kind: 'Sum', inputs: Array<string>(2_000).fill('x') }],
      }),
    ],
  ])('with %s is answered in time and memory of its size', (_, spoil) => {
    const builder = createGraphBuilder('small');
    const y = builder.node('y', 'Add', [
      builder.input('x', [1, 4]),
      builder.constant('one', float32Tensor([], Float32Array.of(1))),
    ]);
    const result = canonicalize(
      spoil(builder.finish([{ name: y, elementType: 'float32', shape: null }])),
    );
    expect(result.ok ? 'a graph' : result.error).toMatch(/^[^\n\r]+$/);
  });

  const bomb = (build: (builder: GraphBuilder, one: string) => string): string => {
    const builder = createGraphBuilder('bomb');
    const made = build(builder, builder.constant('one', float32Tensor([1], Float32Array.of(1))));
    const y = builder.node('y', 'Add', [
      builder.input('x', [1]),
      builder.node('sum', 'ReduceSum', [made], { keepdims: int(0) }),
    ]);
    const result = canonicalize(builder.finish([{ name: y, elementType: 'float32', shape: [1] }]));
    return result.ok ? result.value.nodes.map((node) => node.kind).join() : result.error;
  };
  const list = (builder: GraphBuilder, name: string, ...values: number[]): string =>
    builder.constant(name, {
      elementType: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });

  test('that expands a number into a tensor of gigabytes is refused before memory is taken', () => {
    expect(bomb((b, one) => b.node('wide', 'Expand', [one, list(b, 'shape', 2 ** 31)]))).toMatch(
      /^node 'wide' \(Expand\): a tensor of 2147483648 float32 takes 8.59 GB/,
    );
    expect(
      bomb((b) => b.node('wide', 'ConstantOfShape', [list(b, 'shape', 2 ** 16, 2 ** 16)])),
    ).toMatch(/^node 'wide' \(ConstantOfShape\): a tensor of 65536x65536 float32/);
  });

  test('that makes much out of few constants, at once or by doubling, is refused by the node that makes most', () => {
    const problem =
      /^node '[^']+' \([A-Za-z]+\): makes \d+ MB out of constants, and 134 MB more than the file has are the most; store the values in the file, or export the network without it$/;
    expect(bomb((b, one) => b.node('wide', 'Tile', [one, list(b, 'repeats', 2 ** 28)]))).toMatch(
      problem,
    );
    expect(
      bomb((b) =>
        b.node(
          'wide',
          'Cast',
          [
            b.node(
              'range',
              'Range',
              [0, 2 ** 25, 1].map((value, index) =>
                b.constant(`r${index}`, {
                  elementType: 'int64',
                  shape: [],
                  data: BigInt64Array.of(BigInt(value)),
                }),
              ),
            ),
          ],
          { to: int(1) },
        ),
      ),
    ).toMatch(problem);
    expect(
      bomb((b, one) =>
        Array.from({ length: 28 }).reduce<string>(
          (last, _, index) => b.node(`c${index}`, 'Concat', [last, last], { axis: int(0) }),
          one,
        ),
      ),
    ).toMatch(problem);
  });
});

function chain(graph: Graph, kind: string, length: number): Graph {
  const attributes = new Map();
  const nodes = Array.from({ length }, (_, index) => ({
    name: `n${index}`,
    kind,
    inputs: Array<string>(kind === 'Mul' ? 2 : 1).fill(index === 0 ? 'x' : `t${index - 1}`),
    outputs: [index === length - 1 ? 'y' : `t${index}`],
    attributes,
  }));
  return { ...graph, nodes };
}
