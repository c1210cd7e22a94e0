import { assert } from '../../common/assert';
import { consumersByTensor, floatAttribute, type Graph, type Node, type Tensor } from '../onnx/graph';
import { float32Tensor, int, ints } from '../onnx/graph_builder';

const defaultEpsilon = 1e-5;

interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/**
 * Folds batch normalizations into the convolutions before them, as every mobile runtime does. One without such a
 * convolution (behind a sum, say) becomes a depthwise 1x1 convolution, which has an 8-bit form where a bare scale-and-shift has not.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const consumers = consumersByTensor(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const initializers = new Map(graph.initializers);
  const foldedConvs = new Map<Node, Node>();
  const replaced = new Map<Node, Node | null>();
  for (const norm of graph.nodes) {
    if (norm.kind !== 'BatchNormalization') continue;
    const affine = affineOf(norm, graph.initializers);
    if (affine === undefined) continue;
    const [input = '', scaleName = ''] = norm.inputs;
    const conv = makers.get(input);
    if (conv?.kind === 'Conv' && consumers.get(input)?.length === 1 && !outputs.has(input) && hasConstantWeights(conv, graph)) {
      foldedConvs.set(conv, foldIntoConv(conv, norm, { affine, initializers }));
      replaced.set(norm, null);
    } else {
      replaced.set(norm, depthwiseOf(norm, `${scaleName}.folded`, { affine, initializers }));
    }
  }
  const nodes = graph.nodes.flatMap((node) => {
    const replacement = replaced.get(node);
    return replacement === null ? [] : [replacement ?? foldedConvs.get(node) ?? node];
  });
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return { ...graph, nodes, initializers: new Map([...initializers].filter(([name]) => used.has(name))) };
}

/** y = scale·x + shift, with scale = γ/√(σ²+ε) and shift = β − μ·scale. */
function affineOf(norm: Node, initializers: ReadonlyMap<string, Tensor>): Affine | undefined {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map((name) => floats(initializers.get(name)));
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return undefined;
  const epsilon = floatAttribute(norm, 'epsilon', defaultEpsilon);
  const scale = gamma.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon));
  const shift = beta.map((value, channel) => value - (mean[channel] ?? 0) * (scale[channel] ?? 0));
  return { scale, shift };
}

function floats(tensor: Tensor | undefined): Float32Array | undefined {
  return tensor?.elementType === 'float32' ? tensor.data : undefined;
}

function hasConstantWeights(conv: Node, graph: Graph): boolean {
  return conv.inputs.slice(1).every((name) => floats(graph.initializers.get(name)) !== undefined);
}

interface Folding {
  readonly affine: Affine;
  readonly initializers: Map<string, Tensor>;
}

function foldIntoConv(conv: Node, norm: Node, { affine, initializers }: Folding): Node {
  const [input = '', weightName = '', biasName = ''] = conv.inputs;
  const weight = initializers.get(weightName);
  assert(weight?.elementType === 'float32', 'only constant float weights are folded');
  const scaled = scaledByChannel(weight.data, affine.scale);
  const bias = floats(initializers.get(biasName));
  const shifted = affine.shift.map((shift, channel) => (bias?.[channel] ?? 0) * (affine.scale[channel] ?? 0) + shift);
  initializers.set(`${conv.name}.weight.folded`, float32Tensor(weight.shape, scaled));
  initializers.set(`${conv.name}.bias.folded`, float32Tensor([shifted.length], shifted));
  return { ...conv, inputs: [input, `${conv.name}.weight.folded`, `${conv.name}.bias.folded`], outputs: norm.outputs };
}

function scaledByChannel(weights: Float32Array, scales: Float32Array): Float32Array {
  const scaled = new Float32Array(weights.length);
  const perChannel = weights.length / scales.length;
  scales.forEach((scale, channel) => {
    for (let index = channel * perChannel; index < (channel + 1) * perChannel; index += 1) scaled[index] = (weights[index] ?? 0) * scale;
  });
  return scaled;
}

function depthwiseOf(norm: Node, name: string, { affine, initializers }: Folding): Node {
  const channels = affine.scale.length;
  initializers.set(`${name}.weight`, float32Tensor([channels, 1, 1, 1], affine.scale));
  initializers.set(`${name}.bias`, float32Tensor([channels], affine.shift));
  const attributes = new Map([['kernel_shape', ints(1, 1)], ['group', int(channels)]]);
  return { name: norm.name, kind: 'Conv', inputs: [norm.inputs[0] ?? '', `${name}.weight`, `${name}.bias`], outputs: norm.outputs, attributes };
}
