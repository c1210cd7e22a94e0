import { BadInputError } from '../../../common/bad_input';
import {
  intsAttribute,
  stringAttribute,
  type Graph,
  type Node,
  type TensorType,
} from '../../onnx/graph';
import { float32Tensor } from '../../onnx/graph_builder';
import { inferShapes } from '../../onnx/shapes/shape_inference';
import { addsPlainBias, responseTo } from './bias';
import { findLinks, type Link } from './chain';
import { channelAxis, measureMoments, type Feeds, type ChannelMoments } from './moments';

interface AbsorbedGraph {
  readonly graph: Graph;
  /** How many channels of each layer gave part of their bias to the next layer. */
  readonly absorbed: readonly { readonly layer: string; readonly channels: number }[];
}

/** A normal value is below mean − 3σ once in 741 times; only there ReLU and shift do not commute. */
const keptDeviations = 3;

/** f(x + c) = f(x) + c where x and x + c are positive. */
const shiftedKinds: ReadonlySet<string> = new Set([
  'Relu',
  'MaxPool',
  'GlobalMaxPool',
  'GlobalAveragePool',
  'Flatten',
  'Reshape',
  'Squeeze',
]);

/**
 * High-bias absorption (Nagel et al., Data-Free Quantization, 2019, section 4.1.3): c = max(0, mean − 3σ) of a channel
 * before its ReLU moves into the next layer's bias, which narrows the activation's range; without a ReLU between, all of
 * the mean. The paper and AIMET take mean and σ from the batch norm (β, |γ|). Here they are measured on the samples:
 * canonical graphs have no batch norm any more, networks without one gain too, and β and γ tell of the training data.
 * Next layers that pad are left out: zeros at the border would have to become −c.
 * @throws BadInputError when the graph has dynamic shapes or values are not finite
 */
export async function absorbHighBiases(
  graph: Graph,
  samples: readonly Feeds[],
): Promise<AbsorbedGraph> {
  const types = inferShapes(graph);
  if (!types.ok) throw new BadInputError(`cannot absorb biases: ${types.error}`);
  const links = absorbingLinks(graph, types.value);
  const moments = await measureMoments(
    graph,
    new Map(links.map(({ from }) => [from.node.outputs[0] ?? '', channelAxis(from.node)])),
    samples,
  );
  const biases = new Map<string, Float32Array>();
  const absorbed = links.flatMap((link) => {
    const known = moments.get(link.from.node.outputs[0] ?? '');
    const channels = known === undefined ? 0 : moveBias(link, known, biases);
    return channels === 0 ? [] : [{ layer: link.from.node.name, channels }];
  });
  const initializers = new Map(graph.initializers);
  for (const [name, data] of biases)
    initializers.set(name, float32Tensor(initializers.get(name)?.shape ?? [data.length], data));
  return { graph: { ...graph, initializers }, absorbed };
}

function absorbingLinks(graph: Graph, types: ReadonlyMap<string, TensorType>): readonly Link[] {
  return findLinks(graph, types).filter(({ from, to, through }) => {
    const plain =
      from.bias !== undefined &&
      to.bias !== undefined &&
      addsPlainBias(from.node) &&
      addsPlainBias(to.node);
    return plain && isUnpadded(to.node) && through.every((node) => shiftedKinds.has(node.kind));
  });
}

/** Whether every output of the layer sees its whole window. */
function isUnpadded(node: Node): boolean {
  if (node.kind === 'Gemm') return true;
  const pads = intsAttribute(node, 'pads') ?? [];
  return (
    node.kind === 'Conv' &&
    pads.every((pad) => pad === 0) &&
    ['NOTSET', 'VALID'].includes(stringAttribute(node, 'auto_pad', 'NOTSET'))
  );
}

/** @returns how many channels moved */
function moveBias(
  { from, to, through, spread }: Link,
  { mean, deviation }: ChannelMoments,
  biases: Map<string, Float32Array>,
): number {
  const isLinear = through.every((node) => node.kind !== 'Relu');
  const moved = mean.map((value, channel) =>
    isLinear ? value : Math.max(0, value - keptDeviations * (deviation[channel] ?? 0)),
  );
  const count = moved.filter((value) => value !== 0).length;
  if (count === 0) return 0;
  const [fromBias = '', toBias = ''] = [from.node.inputs[2], to.node.inputs[2]];
  const before = biases.get(fromBias) ?? from.bias?.data ?? new Float32Array();
  const after = biases.get(toBias) ?? to.bias?.data ?? new Float32Array();
  const added = responseTo(
    to,
    to.weight.data,
    Float64Array.from(
      { length: to.inputChannels },
      (_, input) => moved[Math.floor(input / spread)] ?? 0,
    ),
  );
  biases.set(
    fromBias,
    before.map((bias, channel) => bias - (moved[channel] ?? 0)),
  );
  biases.set(
    toBias,
    after.map((bias, channel) => bias + (added[channel] ?? 0)),
  );
  return count;
}
