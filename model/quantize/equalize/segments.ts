import type { Graph, Node } from '../../onnx/graph';

/** A piece of a graph that computes one tensor from tensors that are known by then. */
export interface GraphSegment {
  readonly output: string;
  readonly inputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Known tensors that no later segment needs. */
  readonly finished: readonly string[];
}

/**
 * Cuts a graph at the given tensors, which stand in execution order: each segment computes one of them from the graph's
 * inputs and the tensors cut before. So a network can be run layer by layer, with something changed in between. Nodes that
 * several segments need (sums of shortcuts) are in each of them.
 */
export function segmentsOf(graph: Graph, cuts: readonly string[]): readonly GraphSegment[] {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const places = new Map(graph.nodes.map((node, index) => [node, index]));
  const known = new Set(graph.inputs.map((input) => input.name));
  const pieces = cuts.map((output) => {
    const piece = backFrom(output, known, makers);
    known.add(output);
    return {
      output,
      inputs: piece.inputs,
      nodes: [...piece.nodes].sort(
        (first, second) => (places.get(first) ?? 0) - (places.get(second) ?? 0),
      ),
    };
  });
  const lastUse = new Map<string, number>(
    pieces.flatMap((piece, index) =>
      [piece.output, ...piece.inputs].map((name) => [name, index] as const),
    ),
  );
  const finished = pieces.map((): string[] => []);
  for (const [name, last] of lastUse) finished[last]?.push(name);
  return pieces.map((piece, index) => ({ ...piece, finished: finished[index] ?? [] }));
}

function backFrom(
  output: string,
  known: ReadonlySet<string>,
  makers: ReadonlyMap<string, Node>,
): { readonly inputs: readonly string[]; readonly nodes: ReadonlySet<Node> } {
  const nodes = new Set<Node>();
  const inputs = new Set<string>();
  const open = [output];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (known.has(tensor)) {
      inputs.add(tensor);
      continue;
    }
    const maker = makers.get(tensor);
    if (maker === undefined || nodes.has(maker)) continue;
    nodes.add(maker);
    open.push(...maker.inputs);
  }
  return { inputs: [...inputs], nodes };
}

/** The segment as a graph of its own. `shapes` gives the shapes of its inputs. */
export function segmentGraph(
  graph: Graph,
  { nodes, inputs, output }: GraphSegment,
  shapes: ReadonlyMap<string, readonly number[]>,
): Graph {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    ...graph,
    nodes,
    initializers: new Map(
      [...used].flatMap((name) => {
        const tensor = graph.initializers.get(name);
        return tensor === undefined ? [] : [[name, tensor] as const];
      }),
    ),
    inputs: inputs.map((name) => ({
      name,
      elementType: 'float32',
      shape: shapes.get(name) ?? null,
    })),
    outputs: [{ name: output, elementType: 'float32', shape: null }],
    declared: new Map(),
  };
}
