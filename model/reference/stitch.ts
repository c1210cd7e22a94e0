import { fail, ok, type Result } from '../../common/result';
import type { DeclaredTensor, Graph, Node, Tensor } from '../onnx/graph';

/** A model that is to be part of a longer one, with the name under which errors speak of it. */
export interface StitchedPart {
  readonly name: string;
  readonly graph: Graph;
}

/**
 * Joins parts into one network: what each gives is what the next takes. Tensors of later parts whose names are taken get
 * the part's name before theirs; equal constants of one name are kept once. Stitching what was extracted gives the
 * original again, name for name. The error is one line: which part takes or gives the wrong thing, and what it must.
 */
export function stitchParts(name: string, parts: readonly StitchedPart[]): Result<Graph, string> {
  const problem = misfit(parts);
  if (problem !== undefined) return fail(problem);
  const [stem, head] = [parts[0], parts.at(-1)];
  if (stem === undefined || head === undefined) return fail('there is nothing to stitch');
  const names = new Set([...stem.graph.inputs, ...head.graph.outputs].map((tensor) => tensor.name));
  const joined: StitchedGraph = {
    nodes: [],
    initializers: new Map(),
    declared: new Map(),
    tensorNames: names,
    nodeNames: new Set(),
    end: null,
  };
  parts.forEach((part, index) =>
    join(
      joined,
      part,
      new Set(index === parts.length - 1 ? head.graph.outputs.map((output) => output.name) : []),
    ),
  );
  return ok({
    name,
    opset: stem.graph.opset,
    nodes: joined.nodes,
    initializers: joined.initializers,
    inputs: stem.graph.inputs,
    outputs: head.graph.outputs,
    declared: joined.declared,
  });
}

function misfit(parts: readonly StitchedPart[]): string | undefined {
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before !== undefined) {
      const [input, ...more] = part.graph.inputs;
      const [given] = before.graph.outputs;
      if (input === undefined || more.length > 0)
        return `${part.name} has ${part.graph.inputs.length} inputs; it must have one, which takes what ${before.name} gives`;
      if (given !== undefined && !sameType(given, input))
        return `${part.name} takes ${shownType(input)}, but must take ${shownType(given)}, which ${before.name} gives`;
      if (part.graph.opset !== before.graph.opset)
        return `${part.name} has opset ${part.graph.opset}, but ${before.name} has ${before.graph.opset}; bring both into canonical form`;
    }
    const isLast = index === parts.length - 1;
    if (
      isLast &&
      before !== undefined &&
      part.graph.outputs.some((output) => output.name === part.graph.inputs[0]?.name)
    )
      return `${part.name} gives out what it takes in; it must compute the network's outputs`;
    if (!isLast && part.graph.outputs.length !== 1)
      return `${part.name} has ${part.graph.outputs.length} outputs; it must have one, which the next part takes`;
  }
  return undefined;
}

export function sameType(one: DeclaredTensor, other: DeclaredTensor): boolean {
  return (
    one.elementType === other.elementType &&
    one.shape !== null &&
    other.shape !== null &&
    one.shape.join('x') === other.shape.join('x')
  );
}

/** `1x16x112x112 float32`. */
export function shownType({ shape, elementType }: DeclaredTensor): string {
  return `${shape === null ? 'an unknown shape of' : shape.join('x')} ${elementType}`;
}

interface StitchedGraph {
  readonly nodes: Node[];
  readonly initializers: Map<string, Tensor>;
  readonly declared: Map<string, DeclaredTensor>;
  readonly tensorNames: Set<string>;
  readonly nodeNames: Set<string>;
  /** The tensor that the next part takes; null before the first. */
  end: string | null;
}

/** `kept`: the names of the network's outputs, which are the head's to give. */
function join(
  joined: StitchedGraph,
  { name: partName, graph }: StitchedPart,
  kept: ReadonlySet<string>,
): void {
  const renamed = new Map<string, string>(
    graph.inputs.map((input) => [input.name, joined.end ?? input.name]),
  );
  const claim = (name: string): string => {
    const free = kept.has(name) ? name : freeName(name, partName, joined.tensorNames);
    joined.tensorNames.add(free);
    renamed.set(name, free);
    return free;
  };
  for (const [name, tensor] of graph.initializers) {
    const known = joined.initializers.get(name);
    if (known !== undefined && sameTensor(known, tensor)) renamed.set(name, name);
    else joined.initializers.set(claim(name), tensor);
  }
  for (const node of graph.nodes) {
    const name = freeName(node.name, partName, joined.nodeNames);
    joined.nodeNames.add(name);
    joined.nodes.push({
      ...node,
      name,
      inputs: node.inputs.map((input) => renamed.get(input) ?? input),
      outputs: node.outputs.map((output) => (output === '' ? '' : claim(output))),
    });
  }
  for (const [name, declared] of graph.declared) {
    const made = renamed.get(name);
    if (made !== undefined && made !== joined.end)
      joined.declared.set(made, { ...declared, name: made });
  }
  joined.end = renamed.get(graph.outputs[0]?.name ?? '') ?? joined.end;
}

function freeName(name: string, partName: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let fresh = `${partName}/${name}`;
  for (let count = 2; taken.has(fresh); count += 1) fresh = `${partName}/${name}_${count}`;
  return fresh;
}

function sameTensor(one: Tensor, other: Tensor): boolean {
  if (one === other) return true;
  const bytes = ({ data }: Tensor): Buffer =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    one.elementType === other.elementType &&
    one.shape.join('x') === other.shape.join('x') &&
    bytes(one).equals(bytes(other))
  );
}
