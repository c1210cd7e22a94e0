import type { Graph, Node, Tensor } from '../../onnx/graph';
import { int } from '../../onnx/graph_builder';
import { inferShapes } from '../../onnx/shapes/shape_inference';
import { notFinite, type Collector } from './collector';
import type { Range } from '../encoding/encoding';
import { clampOf } from '../../onnx/clamp';

/** A number that the network computes besides: an end of a tensor's range. */
interface Extreme {
  readonly tensor: string;
  readonly end: keyof Range;
}

/**
 * Has ONNX Runtime compute the extremes itself, so that no activation leaves it: half the time of looking at them here.
 * Zero is in every range, so nobody looks for the least value behind an activation that begins there.
 */
export function extremesOf(graph: Graph, tensors: readonly string[]): Collector {
  const found = new Map<string, Range>(tensors.map((tensor) => [tensor, { min: 0, max: 0 }]));
  const { graph: extended, extremes, output } = withExtremes(graph, tensors);
  return {
    graph: extended,
    take: (_, results) => {
      const values = results.get(output)?.data;
      extremes.forEach(({ tensor, end }, index) => {
        const value = values?.[index] ?? NaN;
        if (!Number.isFinite(value)) throw notFinite(tensor);
        const { min, max } = found.get(tensor) ?? { min: 0, max: 0 };
        found.set(
          tensor,
          end === 'min' ? { min: Math.min(min, value), max } : { min, max: Math.max(max, value) },
        );
      });
    },
    ranges: () => found,
  };
}

/** Concatenations of so many: ONNX Runtime takes the square of their number for one. */
const mostJoined = 64;

/**
 * The network with the extremes, in their order, as its only output. What looks at a tensor stands right behind the node that makes it: ONNX
 * Runtime takes the square of the distance otherwise, half a minute for 10,000 nodes.
 */
function withExtremes(
  graph: Graph,
  tensors: readonly string[],
): { readonly graph: Graph; readonly extremes: readonly Extreme[]; readonly output: string } {
  const prefix = freshPrefix(graph);
  const [nodes, extremes, parts]: [Node[], Extreme[], string[]] = [[], [], []];
  let values: string[] = [];
  const node = (
    name: string,
    kind: string,
    inputs: readonly string[],
    attributes: Node['attributes'] = new Map(),
  ): string => {
    nodes.push({ name, kind, inputs, outputs: [name], attributes });
    return name;
  };
  const join = (name: string, joined: readonly string[]): string =>
    node(name, 'Concat', joined, new Map([['axis', int(0)]]));
  const closePart = (): void => {
    if (values.length > 0) parts.push(join(`${prefix}part${String(parts.length)}`, values));
    values = [];
  };
  const { beginsAtZero, isImage } = structureOf(graph);
  const wanted = new Set(tensors);
  const look = (tensor: string): void => {
    if (!wanted.has(tensor)) return;
    const name = (role: string): string => `${prefix}${String(extremes.length)}${role}`;
    const clamped = beginsAtZero.has(tensor);
    // The largest of each channel first: ONNX Runtime computes it in the layout that convolutions work in, a reshape would change that first.
    const source =
      clamped && isImage(tensor) ? node(name('channels'), 'GlobalMaxPool', [tensor]) : tensor;
    const flat = node(name('flat'), 'Reshape', [source, `${prefix}flat`]);
    for (const end of clamped ? ['max' as const] : ['min' as const, 'max' as const]) {
      extremes.push({ tensor, end });
      values.push(node(`${flat}/${end}`, end === 'min' ? 'ReduceMin' : 'ReduceMax', [flat]));
    }
    if (values.length >= mostJoined) closePart();
  };
  for (const { name } of graph.inputs) look(name);
  for (const each of graph.nodes) {
    nodes.push(each);
    each.outputs.forEach(look);
  }
  closePart();
  const output = join(`${prefix}all`, parts);
  const flat: Tensor = { elementType: 'int64', shape: [1], data: BigInt64Array.of(-1n) };
  return {
    graph: {
      ...graph,
      nodes,
      outputs: [{ name: output, elementType: 'float32', shape: null }],
      initializers: new Map([...graph.initializers, [`${prefix}flat`, flat]]),
      declared: new Map(),
    },
    extremes,
    output,
  };
}

function structureOf(graph: Graph): {
  readonly beginsAtZero: ReadonlySet<string>;
  readonly isImage: (tensor: string) => boolean;
} {
  const types = inferShapes(graph);
  return {
    beginsAtZero: new Set(
      graph.nodes
        .filter((node) => (clampOf(graph, node)?.min ?? -Infinity) >= 0)
        .flatMap((node) => node.outputs),
    ),
    isImage: (tensor) => types.ok && types.value.get(tensor)?.shape.length === 4,
  };
}

/** Begins the names of added nodes: no name of the graph's begins with it. */
function freshPrefix(graph: Graph): string {
  let prefix = 'extremes/';
  while (graph.nodes.some((node) => node.outputs.some((output) => output.startsWith(prefix))))
    prefix = `${prefix}_/`;
  return prefix;
}
