import type { Graph, Node } from '../onnx/graph';

/** A tensor without which no output can be computed from any input. */
export interface Separator {
  readonly tensor: string;
  /** Index in execution order of the node that makes it: what it needs stands up to here, what needs it after. */
  readonly position: number;
}

/**
 * The tensors that alone separate the graph: every path from an input to an output passes through each of them. In execution
 * order, without inputs and outputs themselves. `nodes` are the live ones.
 *
 * One sweep: whatever a separator does not need must need it, so in any execution order all of the former stands before
 * it and all of the latter behind, and right after its making it is the only tensor that anybody still waits for. Linear in the graph.
 */
export function findSeparators(graph: Graph, nodes: readonly Node[]): readonly Separator[] {
  const lastUse = lastUses(graph, nodes);
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const separators: Separator[] = [];
  let awaited = graph.inputs.filter((input) => lastUse.has(input.name)).length;
  nodes.forEach((node, position) => {
    for (const input of new Set(node.inputs)) if (lastUse.get(input) === position) awaited -= 1;
    const made = node.outputs.filter((output) => lastUse.has(output));
    awaited += made.length;
    const [tensor] = made;
    if (awaited === 1 && tensor !== undefined && !outputs.has(tensor))
      separators.push({ tensor, position });
  });
  return separators;
}

/** Position of the last node that reads each activation; an output is awaited for ever. */
function lastUses(graph: Graph, nodes: readonly Node[]): ReadonlyMap<string, number> {
  const lastUse = new Map<string, number>();
  nodes.forEach((node, position) => {
    for (const input of node.inputs)
      if (input !== '' && !graph.initializers.has(input)) lastUse.set(input, position);
  });
  for (const output of graph.outputs)
    if (!graph.initializers.has(output.name)) lastUse.set(output.name, nodes.length);
  return lastUse;
}
