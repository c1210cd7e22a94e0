import type { Graph, Node, TensorType } from '../onnx/graph';

/** Consecutive nodes of a graph, as a graph of their own. */
export interface Piece {
  readonly graph: Graph;
  /** Tensors that no later piece needs. */
  readonly finished: readonly string[];
}

/**
 * Cuts a graph into pieces of at least so many nodes, each where only float32 tensors cross; `types` tells them apart. Each piece gives what
 * later ones and the graph's outputs need. A graph that nowhere can be cut stays whole.
 */
export function piecesOf(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
  nodesEach: number,
): readonly Piece[] {
  const starts = cutsOf(graph, types, nodesEach);
  if (starts.length === 0) return [{ graph, finished: [] }];
  const runs = [0, ...starts].map((start, index) => graph.nodes.slice(start, starts[index]));
  const makers = new Map(
    runs.flatMap((nodes, run) =>
      nodes.flatMap((node) => node.outputs.map((output) => [output, run] as const)),
    ),
  );
  const lastUses = new Map<string, number>();
  runs.forEach((nodes, run) =>
    nodes.forEach((node) => node.inputs.forEach((input) => lastUses.set(input, run))),
  );
  const wanted = new Set(graph.outputs.map((output) => output.name));
  const given = new Map(graph.inputs.map((input) => [input.name, input]));
  const finishedBy = runs.map((): string[] => []);
  for (const [tensor, run] of lastUses)
    if (!wanted.has(tensor) && !graph.initializers.has(tensor)) finishedBy[run]?.push(tensor);
  return runs.map((nodes, run) => {
    const used = new Set(nodes.flatMap((node) => node.inputs));
    const isFromBefore = (name: string): boolean =>
      name !== '' && !graph.initializers.has(name) && makers.get(name) !== run;
    const inputs = [...used].filter(isFromBefore).map(
      (name) =>
        given.get(name) ?? {
          name,
          elementType: 'float32' as const,
          shape: types.get(name)?.shape ?? null,
        },
    );
    const outputs = nodes
      .flatMap((node) => node.outputs)
      .filter((name) => wanted.has(name) || (lastUses.get(name) ?? run) > run);
    return {
      graph: {
        ...graph,
        nodes,
        inputs,
        outputs: outputs.map((name) => ({ name, elementType: 'float32' as const, shape: null })),
        initializers: usedOf(graph, used),
        declared: new Map(),
      },
      finished: finishedBy[run] ?? [],
    };
  });
}

function usedOf({ initializers }: Graph, used: ReadonlySet<string>): Graph['initializers'] {
  return new Map(
    [...used].flatMap((name) => {
      const tensor = initializers.get(name);
      return tensor === undefined ? [] : [[name, tensor] as const];
    }),
  );
}

/** Where pieces begin, but for the first. */
function cutsOf(
  { nodes }: Graph,
  types: ReadonlyMap<string, TensorType>,
  nodesEach: number,
): readonly number[] {
  const lastReaders = new Map<string, number>(
    nodes.flatMap((node, index) => node.inputs.map((input) => [input, index] as const)),
  );
  const ends = new Map<number, number>();
  const cuts: number[] = [];
  let [begun, crossing] = [0, 0];
  nodes.forEach((node, index) => {
    crossing -= ends.get(index) ?? 0;
    for (const last of otherTypes(node, types).map((output) => lastReaders.get(output) ?? index)) {
      if (last === index) continue;
      crossing += 1;
      ends.set(last, (ends.get(last) ?? 0) + 1);
    }
    if (crossing > 0 || index + 1 - begun < nodesEach || index + 1 === nodes.length) return;
    begun = index + 1;
    cuts.push(begun);
  });
  return cuts;
}

function otherTypes(node: Node, types: ReadonlyMap<string, TensorType>): readonly string[] {
  return node.outputs.filter(
    (output) => output !== '' && types.get(output)?.elementType !== 'float32',
  );
}
