import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int } from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';

const folder = join(__dirname, '../../data/exported');
const files = ['torch.mobilenet_v3.opset11.onnx', 'torch.vit.dynamic17.onnx', 'keras.transformer.opset13.onnx', 'torch.segmentation.opset9.onnx', 'paddle.lcnet.opset11.onnx'].map((file) => readFileSync(join(folder, file)));

/** Enough for a run of seconds; FARM_EXHAUSTIVE=1 asks for more. */
const runs = process.env['FARM_EXHAUSTIVE'] === '1' ? 20_000 : 40;

/** Reads and canonicalizes; the answer must be a graph or one line. */
function outcome(bytes: Uint8Array): string {
  const read = readOnnx(bytes);
  if (!read.ok) return read.error;
  const shapes = new Map(read.value.inputs.map((input) => [input.name, (input.shape ?? []).map((size) => (typeof size === 'number' ? size : 1))]));
  const result = canonicalize(read.value, { inputShapes: shapes });
  return result.ok ? 'a graph' : result.error;
}

describe('a hostile file', () => {
  test('with bytes changed anywhere becomes a graph or one line', () => {
    const change = fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(fc.property(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 6 }), (file, changes) => {
      const bytes = Uint8Array.from(file);
      for (const { at, value } of changes) bytes[Math.floor(at * bytes.length)] = value;
      expect(outcome(bytes)).toMatch(/^[^\n\r]+$/);
    }), { numRuns: runs });
  });

  test('that was cut, or has a part twice, becomes a graph or one line', () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(fc.property(fc.constantFrom(...files), place, place, (file, from, to) => {
      const [start, end] = [from, to].map((at) => Math.floor(at * file.length));
      expect(outcome(Buffer.concat([file.subarray(0, start), file.subarray(end)]))).toMatch(/^[^\n\r]+$/);
    }), { numRuns: runs });
  });

  test.each<[string, (graph: Graph) => Graph]>([
    ['enormous dimensions', (graph) => ({ ...graph, inputs: [{ ...graph.inputs[0]!, shape: [1, 2 ** 30] }] })],
    ['a chain of two thousand identities', (graph) => chain(graph, 'Identity', 2_000)],
    ['a chain of two thousand products', (graph) => chain(graph, 'Mul', 2_000)],
    ['twenty thousand nodes without a name', (graph) => ({ ...chain(graph, 'Relu', 20_000), nodes: chain(graph, 'Relu', 20_000).nodes.map((node) => ({ ...node, name: '' })) })],
    ['a sum of two thousand terms', (graph) => ({ ...graph, nodes: [{ ...graph.nodes[0]!, kind: 'Sum', inputs: Array<string>(2_000).fill('x') }] })],
  ])('with %s is answered in time and memory of its size', (_, spoil) => {
    const builder = createGraphBuilder('small');
    const y = builder.node('y', 'Add', [builder.input('x', [1, 4]), builder.constant('one', float32Tensor([], Float32Array.of(1)))]);
    const result = canonicalize(spoil(builder.finish([{ name: y, elementType: 'float32', shape: null }])));
    expect(result.ok ? 'a graph' : result.error).toMatch(/^[^\n\r]+$/);
  });

  test('that expands a number into a tensor of gigabytes keeps it as an operator', () => {
    const builder = createGraphBuilder('bomb');
    const shape = builder.constant('shape', { elementType: 'int64', shape: [1], data: BigInt64Array.of(2n ** 31n) });
    const wide = builder.node('wide', 'Expand', [builder.constant('one', float32Tensor([1], Float32Array.of(1))), shape]);
    const result = canonicalize(builder.finish([{ name: builder.node('y', 'ReduceSum', [wide], { keepdims: int(0) }), elementType: 'float32', shape: null }]));
    expect(result.ok && result.value.nodes.map((node) => node.kind)).toEqual(['Expand', 'ReduceSum']);
  });
});

function chain(graph: Graph, kind: string, length: number): Graph {
  const attributes = new Map();
  const nodes = Array.from({ length }, (_, index) => ({ name: `n${index}`, kind, inputs: Array<string>(kind === 'Mul' ? 2 : 1).fill(index === 0 ? 'x' : `t${index - 1}`), outputs: [index === length - 1 ? 'y' : `t${index}`], attributes }));
  return { ...graph, nodes };
}
