import { consumersByTensor, type Graph, type Node, type TensorType } from '../../onnx/graph';
import { findLayers, type LinearLayer } from './layer';

/** The way from one layer's output to the next layer's input, along which no tensor has another reader or is an output. */
export interface Link {
  readonly from: LinearLayer;
  readonly to: LinearLayer;
  /** The nodes between them, in execution order. */
  readonly through: readonly Node[];
  /** How many input channels of `to` hold one output channel of `from`: the pixels of a flattened image, else 1. */
  readonly spread: number;
}

/** Operators with f(s·x) = s·f(x) for positive s, channel by channel. */
const homogeneousKinds: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'PRelu',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
]);
/** They keep the order of the values; whether the channels stay together is seen from the shapes. */
const flatteningKinds: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Squeeze']);

/** Clip from zero, as canonical graphs write ReLU6: min and max are constants. */
export function isClippedRelu(node: Node, graph: Graph): boolean {
  const [min, max] = [node.inputs[1], node.inputs[2]].map((name) =>
    graph.initializers.get(name ?? ''),
  );
  return (
    node.kind === 'Clip' &&
    min?.elementType === 'float32' &&
    min.data[0] === 0 &&
    max?.elementType === 'float32' &&
    (max.data[0] ?? 0) > 0
  );
}

/** The links between the layers of a graph, in execution order of their first layers. */
export function findLinks(graph: Graph, types: ReadonlyMap<string, TensorType>): readonly Link[] {
  const layers = findLayers(graph);
  const consumers = consumersByTensor(graph);
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const onlyReader = (tensor: string): Node | undefined => {
    const readers = consumers.get(tensor) ?? [];
    return readers.length === 1 && !outputs.has(tensor) ? readers[0] : undefined;
  };
  return [...layers.values()].flatMap((from) => {
    const through: Node[] = [];
    let tensor = from.node.outputs[0] ?? '';
    let reader = onlyReader(tensor);
    while (reader !== undefined && isCrossed(reader, tensor, { from, graph, types })) {
      through.push(reader);
      tensor = reader.outputs[0] ?? '';
      reader = onlyReader(tensor);
    }
    const to = reader === undefined ? undefined : layers.get(reader);
    return to === undefined || to.node.inputs[0] !== tensor ? [] : linkOf(from, to, through);
  });
}

function linkOf(from: LinearLayer, to: LinearLayer, through: readonly Node[]): readonly Link[] {
  const spread = to.inputChannels / from.outputChannels;
  const isFlattened = through.some((node) => flatteningKinds.has(node.kind));
  return spread === 1 || (isFlattened && Number.isInteger(spread))
    ? [{ from, to, through, spread }]
    : [];
}

function isCrossed(
  node: Node,
  tensor: string,
  at: {
    readonly from: LinearLayer;
    readonly graph: Graph;
    readonly types: ReadonlyMap<string, TensorType>;
  },
): boolean {
  if (node.inputs[0] !== tensor || node.outputs.length !== 1) return false;
  if (homogeneousKinds.has(node.kind))
    return node.inputs.slice(1).every((name) => at.graph.initializers.has(name));
  if (isClippedRelu(node, at.graph)) return true;
  if (
    !flatteningKinds.has(node.kind) ||
    (at.from.node.kind !== 'Conv' && at.from.node.kind !== 'ConvTranspose')
  )
    return false;
  const [before, after] = [at.types.get(tensor)?.shape, at.types.get(node.outputs[0] ?? '')?.shape];
  return before !== undefined && after?.length === 2 && after[0] === before[0];
}

/**
 * Links joined into chains that are scaled as one: two layers, or more where depthwise layers stand between them, since
 * a depthwise layer's input and output channels are the same ones.
 */
export function chainsOf(links: readonly Link[]): readonly (readonly Link[])[] {
  const linkFrom = new Map(links.map((link) => [link.from.node, link]));
  const linkTo = new Map(links.map((link) => [link.to.node, link]));
  return links
    .filter((link) => !link.from.isDepthwise || !linkTo.has(link.from.node))
    .map((first) => {
      const chain = [first];
      for (let last: Link | undefined = first; last?.to.isDepthwise === true;) {
        last = linkFrom.get(last.to.node);
        if (last !== undefined) chain.push(last);
      }
      return chain;
    });
}
