import type { Attribute, Graph, Node, Tensor } from '../../onnx/graph';
import { liveNodes } from '../../onnx/graph';
import type { GraphView } from './view';

/** What stands in place of a node: nodes that make its outputs, or an existing tensor. */
export type NodeReplacement =
  | {
      readonly kind: 'nodes';
      readonly nodes: readonly Node[];
      readonly constants: ReadonlyMap<string, Tensor>;
    }
  | { readonly kind: 'same'; readonly tensor: string };

/** Collects a replacement. New tensors are named after the node's first output. */
export interface Maker {
  readonly constant: (suffix: string, tensor: Tensor) => string;
  readonly node: (
    suffix: string,
    kind: string,
    inputs: readonly string[],
    attributes?: Attributes,
  ) => string;
  /** The last node: it takes the replaced node's name and outputs. */
  readonly last: (
    kind: string,
    inputs: readonly string[],
    attributes?: Attributes,
  ) => NodeReplacement;
}

type Attributes = Readonly<Record<string, Attribute>> | ReadonlyMap<string, Attribute>;

/** Looks at one node; undefined leaves it as it is. Whatever it returns must compute the same outputs. */
type Rule = (node: Node, make: Maker) => NodeReplacement | undefined;

/**
 * Applies a rule to every node at once. Since each replacement makes the very tensors that it replaces, the replacements
 * of one round cannot contradict one another; what nobody reads afterwards is dropped. Without a match the graph itself is returned.
 */
export function rewrite({ graph }: GraphView, rule: Rule): Graph {
  const taken = new Set([
    ...graph.initializers.keys(),
    ...graph.inputs.map((input) => input.name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const nodes: Node[] = [];
  const initializers = new Map(graph.initializers);
  const same = new Map<string, string>();
  for (const node of graph.nodes) {
    const replacement =
      (node.outputs[0] ?? '') === '' ? undefined : rule(node, createMaker(node, taken));
    if (replacement === undefined) {
      nodes.push(node);
    } else if (replacement.kind === 'same') {
      same.set(node.outputs[0] ?? '', replacement.tensor);
    } else {
      for (const made of replacement.nodes) nodes.push(made);
      replacement.constants.forEach((tensor, name) => initializers.set(name, tensor));
    }
  }
  const unchanged =
    same.size === 0 &&
    nodes.length === graph.nodes.length &&
    nodes.every((node, index) => node === graph.nodes[index]);
  return unchanged ? graph : withoutDead(renamed({ ...graph, nodes, initializers }, same));
}

function createMaker(node: Node, taken: Set<string>): Maker {
  const nodes: Node[] = [];
  const constants = new Map<string, Tensor>();
  const [root = ''] = node.outputs;
  const fresh = (suffix: string): string => {
    let name = `${root}/${suffix}`;
    for (let attempt = 2; taken.has(name); attempt += 1) name = `${root}/${suffix}.${attempt}`;
    taken.add(name);
    return name;
  };
  const attributesOf = (attributes: Attributes): ReadonlyMap<string, Attribute> =>
    attributes instanceof Map ? attributes : new Map(Object.entries(attributes));
  return {
    constant: (suffix, tensor) => {
      const name = fresh(suffix);
      constants.set(name, tensor);
      return name;
    },
    node: (suffix, kind, inputs, attributes = {}) => {
      const name = fresh(suffix);
      nodes.push({ name, kind, inputs, outputs: [name], attributes: attributesOf(attributes) });
      return name;
    },
    last: (kind, inputs, attributes = {}) => ({
      kind: 'nodes',
      nodes: [
        ...nodes,
        {
          name: node.name,
          kind,
          inputs,
          outputs: node.outputs,
          attributes: attributesOf(attributes),
        },
      ],
      constants,
    }),
  };
}

/** Lets every reader of a key read its value instead. Outputs keep their names: the node that makes the value takes the name over. */
function renamed(graph: Graph, same: ReadonlyMap<string, string>): Graph {
  if (same.size === 0) return graph;
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const origin = (tensor: string): string => {
    let current = tensor;
    for (let next = same.get(current); next !== undefined; next = same.get(current)) current = next;
    return current;
  };
  const names = new Map<string, string>();
  const copies: Node[] = [];
  for (const output of [...outputs].filter((name) => same.has(name))) {
    const from = origin(output);
    if (made.has(from) && !outputs.has(from) && !names.has(from)) names.set(from, output);
    // An output that is an input, a constant or another output can only be a copy of it.
    else
      copies.push({
        name: output,
        kind: 'Identity',
        inputs: [from],
        outputs: [output],
        attributes: new Map(),
      });
  }
  const nameOf = (tensor: string): string => {
    const from = origin(tensor);
    return names.get(from) ?? from;
  };
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map((output) => names.get(output) ?? output),
  }));
  return {
    ...graph,
    nodes: [
      ...nodes,
      ...copies.map((copy) => ({
        ...copy,
        inputs: copy.inputs.map((input) => names.get(input) ?? input),
      })),
    ],
  };
}

/** Drops nodes and constants that no output needs, and the statistics and masks that a node gives to nobody. */
export function withoutDead(graph: Graph): Graph {
  const live = liveNodes(graph);
  const used = new Set([
    ...live.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.name),
  ]);
  const nodes = live.map((node) =>
    node.kind === 'Split' || node.outputs.length === 1
      ? node
      : {
          ...node,
          outputs: node.outputs.slice(
            0,
            1 + node.outputs.findLastIndex((output) => used.has(output)),
          ),
        },
  );
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  };
}

/** The replacement with its last node under another name: that of the layer that it is, where that is not the replaced node's. */
export function named(replacement: NodeReplacement, name: string): NodeReplacement {
  return replacement.kind === 'same'
    ? replacement
    : {
        ...replacement,
        nodes: replacement.nodes.map((node, index) =>
          index === replacement.nodes.length - 1 ? { ...node, name } : node,
        ),
      };
}

/** A replacement by an existing tensor. */
export function sameAs(tensor: string): NodeReplacement {
  return { kind: 'same', tensor };
}
