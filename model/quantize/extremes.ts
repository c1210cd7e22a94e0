import type { Graph, Node, Tensor } from '../onnx/graph';
import { int } from '../onnx/graph_builder';
import { inferShapes } from '../onnx/shape_inference';
import { notFinite, type Collector } from './collector';
import type { Range } from './encoding';
import { clampOf } from './fusion';

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
        found.set(tensor, end === 'min' ? { min: Math.min(min, value), max } : { min, max: Math.max(max, value) });
      });
    },
    ranges: () => found,
  };
}

/** The network with the extremes, in their order, as its only output. */
function withExtremes(graph: Graph, tensors: readonly string[]): { readonly graph: Graph; readonly extremes: readonly Extreme[]; readonly output: string } {
  const prefix = freshPrefix(graph);
  const [nodes, extremes, values]: [Node[], Extreme[], string[]] = [[...graph.nodes], [], []];
  const node = (name: string, kind: string, inputs: readonly string[], attributes: Node['attributes'] = new Map()): string => {
    nodes.push({ name, kind, inputs, outputs: [name], attributes });
    return name;
  };
  const { beginsAtZero, isImage } = structureOf(graph);
  tensors.forEach((tensor, index) => {
    const name = (role: string): string => `${prefix}${String(index)}${role}`;
    const clamped = beginsAtZero.has(tensor);
    // The largest of each channel first: ONNX Runtime computes it in the layout that convolutions work in, a reshape would change that first.
    const source = clamped && isImage(tensor) ? node(name('channels'), 'GlobalMaxPool', [tensor]) : tensor;
    const flat = node(name('flat'), 'Reshape', [source, `${prefix}flat`]);
    for (const end of clamped ? ['max' as const] : ['min' as const, 'max' as const]) {
      extremes.push({ tensor, end });
      values.push(node(name(end), end === 'min' ? 'ReduceMin' : 'ReduceMax', [flat]));
    }
  });
  const output = node(`${prefix}all`, 'Concat', values, new Map([['axis', int(0)]]));
  const flat: Tensor = { elementType: 'int64', shape: [1], data: BigInt64Array.of(-1n) };
  return {
    graph: { ...graph, nodes, outputs: [{ name: output, elementType: 'float32', shape: null }], initializers: new Map([...graph.initializers, [`${prefix}flat`, flat]]), declared: new Map() },
    extremes, output,
  };
}

function structureOf(graph: Graph): { readonly beginsAtZero: ReadonlySet<string>; readonly isImage: (tensor: string) => boolean } {
  const types = inferShapes(graph);
  return {
    beginsAtZero: new Set(graph.nodes.filter((node) => (clampOf(graph, node)?.min ?? -Infinity) >= 0).flatMap((node) => node.outputs)),
    isImage: (tensor) => types.ok && types.value.get(tensor)?.shape.length === 4,
  };
}

/** Begins the names of added nodes: no name of the graph's begins with it. */
function freshPrefix(graph: Graph): string {
  let prefix = 'extremes/';
  while (graph.nodes.some((node) => node.outputs.some((output) => output.startsWith(prefix)))) prefix = `${prefix}_/`;
  return prefix;
}
