import type { DeclaredTensor, Graph, Node, TensorType } from '../onnx/graph';
import type { CutTensor } from './cut_tensor';
import { totalOf, type Profile, type Total } from './profile';

/** One part of a reference: stem, block or head, as a model of its own. */
export interface ReferencePart {
  /** 'stem', 'block1' …, 'head'. */
  readonly name: string;
  readonly graph: Graph;
  /** The cut at which it begins; null for the stem. */
  readonly from: CutTensor | null;
  /** The cut at which it ends; null for the head. */
  readonly to: CutTensor | null;
  readonly total: Total;
}

/**
 * Cuts a reference into stem, blocks and head. Tensors keep their names; a constant that several parts read is in each of
 * them. `cuts` in execution order, of the same profile. No weights are copied.
 */
export function extractParts(
  profile: Profile,
  cuts: readonly CutTensor[],
): readonly ReferencePart[] {
  return Array.from({ length: cuts.length + 1 }, (_, index) => {
    const [from, to] = [cuts[index - 1] ?? null, cuts[index] ?? null];
    const name = from === null ? 'stem' : to === null ? 'head' : `block${index}`;
    const nodes = profile.nodes.slice(
      from === null ? 0 : from.position + 1,
      to === null ? profile.nodes.length : to.position + 1,
    );
    return {
      name,
      graph: partGraph(profile, name, { nodes: nodes.map(({ node }) => node), from, to }),
      from,
      to,
      total: totalOf(nodes),
    };
  });
}

function partGraph(
  { graph, types }: Profile,
  name: string,
  part: {
    readonly nodes: readonly Node[];
    readonly from: CutTensor | null;
    readonly to: CutTensor | null;
  },
): Graph {
  const outputs = part.to === null ? graph.outputs : [declaration(part.to.tensor, types)];
  const read = new Set([
    ...part.nodes.flatMap((node) => node.inputs),
    ...outputs.map((output) => output.name),
  ]);
  const made = new Set(part.nodes.flatMap((node) => node.outputs));
  return {
    name,
    opset: graph.opset,
    nodes: part.nodes,
    initializers: new Map([...graph.initializers].filter(([constant]) => read.has(constant))),
    inputs: part.from === null ? graph.inputs : [declaration(part.from.tensor, types)],
    outputs,
    declared: new Map([...graph.declared].filter(([tensor]) => made.has(tensor))),
  };
}

function declaration(name: string, types: ReadonlyMap<string, TensorType>): DeclaredTensor {
  const type = types.get(name);
  return { name, elementType: type?.elementType ?? 'float32', shape: type?.shape ?? null };
}
