import fc from 'fast-check';
import { liveNodes, type Graph, type Node } from '../../../model/onnx/graph';
import { findSeparators } from '../../../model/reference/separators';

interface Shape {
  readonly inputs: number;
  /** For each node, which of the tensors before it it reads (counted from the newest), and how many it makes. */
  readonly nodes: readonly { readonly reads: readonly number[]; readonly makes: number }[];
  readonly outputs: readonly number[];
}

/** Mostly chains with a few shortcuts, so that there is something to find. */
const shapes: fc.Arbitrary<Shape> = fc.record({
  inputs: fc.integer({ min: 1, max: 2 }),
  nodes: fc.array(
    fc.record({
      reads: fc.oneof(
        { weight: 3, arbitrary: fc.constant([0]) },
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
      ),
      makes: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constant(2)),
    }),
    { minLength: 1, maxLength: 14 },
  ),
  outputs: fc.oneof(
    { weight: 3, arbitrary: fc.constant([0]) },
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
  ),
});

function graphOf(shape: Shape): Graph {
  const tensors = Array.from({ length: shape.inputs }, (_, index) => `x${index}`);
  const inputs = [...tensors];
  const newest = (back: number): string => tensors[Math.max(0, tensors.length - 1 - back)]!;
  const nodes = shape.nodes.map(({ reads, makes }, index): Node => {
    const node = {
      name: `n${index}`,
      kind: 'Op',
      inputs: ['w', ...reads.map(newest)],
      outputs: Array.from({ length: makes }, (_, output) => `t${index}.${output}`),
      attributes: new Map(),
    };
    tensors.push(...node.outputs);
    return node;
  });
  const declare = (name: string) => ({ name, elementType: 'float32' as const, shape: [1] });
  const outputs = [...new Set(shape.outputs.map(newest))].map(declare);
  return {
    name: '',
    opset: 21,
    nodes,
    initializers: new Map([
      ['w', { elementType: 'float32', shape: [1], data: new Float32Array(1) }],
    ]),
    inputs: inputs.map(declare),
    outputs,
    declared: new Map(),
  };
}

/** Tensors that can be computed from the inputs when `removed` is not there, each needing only one of its node's inputs. */
function reachable(graph: Graph, removed: string | null): ReadonlySet<string> {
  const reached = new Set(
    graph.inputs.map((input) => input.name).filter((name) => name !== removed),
  );
  for (const node of graph.nodes) {
    if (node.inputs.some((input) => reached.has(input)))
      node.outputs.filter((output) => output !== removed).forEach((output) => reached.add(output));
  }
  return reached;
}

/** A tensor separates when there is a path to an output, and none any more once the tensor is taken out. */
function separatorsByRemoval(graph: Graph): readonly string[] {
  const connects = (removed: string | null): boolean =>
    graph.outputs.some((output) => reachable(graph, removed).has(output.name));
  const edges = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  return graph.nodes
    .flatMap((node) => node.outputs)
    .filter((tensor) => !edges.has(tensor) && connects(null) && !connects(tensor));
}

describe('separators', () => {
  test('are the tensors whose removal leaves no path from an input to an output', () => {
    let found = 0;
    fc.assert(
      fc.property(shapes, (shape) => {
        const graph = graphOf(shape);
        const separators = findSeparators(graph, liveNodes(graph));
        found += separators.length;
        expect(separators.map(({ tensor }) => tensor)).toEqual(separatorsByRemoval(graph));
        separators.forEach(({ tensor, position }) =>
          expect(liveNodes(graph)[position]!.outputs).toContain(tensor),
        );
      }),
      { numRuns: 1_000 },
    );
    expect(found).toBeGreaterThan(500);
  });

  test('of a chain with one shortcut are the tensors outside of it', () => {
    const graph = graphOf({
      inputs: 1,
      nodes: [0, 0, 0, 0, 0].map((read, index) => ({
        reads: index === 3 ? [read, 2] : [read],
        makes: 1,
      })),
      outputs: [0],
    });
    expect(findSeparators(graph, graph.nodes)).toEqual([
      { tensor: 't0.0', position: 0 },
      { tensor: 't3.0', position: 3 },
    ]);
  });

  test('are found in a long chain at once', () => {
    const graph = graphOf({
      inputs: 1,
      nodes: Array.from({ length: 100_000 }, () => ({ reads: [0], makes: 1 })),
      outputs: [0],
    });
    expect(findSeparators(graph, graph.nodes)).toHaveLength(99_999);
  });
});
