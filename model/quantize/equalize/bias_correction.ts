import type { Graph, Node } from '../../onnx/graph';
import { addsPlainBias, responseTo } from './bias';
import { isClippedRelu } from './chain';
import { findLayers, type LinearLayer } from './layer';
import { channelAxis, measureMoments, type Feeds, type ChannelMoments } from './moments';
import { expectedClipped, type ClipInterval } from './normal';
import { quantizedLayers, shiftedBias, withBiasIntegers } from './quantized_layer';

/** A float graph and its QDQ form, whose nodes have the names of the float graph's. */
export interface QuantizedPair {
  readonly float: Graph;
  readonly quantized: Graph;
}

export interface CorrectedGraph {
  /** The QDQ graph with other bias integers. */
  readonly graph: Graph;
  /** The layers whose biases moved, with the largest shift of a channel, in the units of the layer's output. */
  readonly corrected: readonly { readonly layer: string; readonly largestShift: number }[];
}

/**
 * Analytic bias correction (Nagel et al., Data-Free Quantization, 2019, section 4.2.1): the rounding of the weights shifts
 * the mean of each output by (Ŵ − W)·E[x], which is taken off the bias. Behind a ReLU or a clipped one, E[x] is that of a
 * clipped normal with the pre-activation's mean and σ; elsewhere it is the mean. Both are measured on the samples, since
 * canonical graphs have no batch norm any more. Borders that pad are counted as if they did not, as AIMET does.
 */
export async function correctBiasesAnalytically(
  { float, quantized }: QuantizedPair,
  samples: readonly Feeds[],
): Promise<CorrectedGraph> {
  const layers = new Map([...findLayers(float).values()].map((layer) => [layer.node.name, layer]));
  const makers = new Map(
    float.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const found = quantizedLayers(quantized).flatMap((target) => {
    const layer = layers.get(target.node.name);
    return layer === undefined || target.weights === null || !addsPlainBias(layer.node)
      ? []
      : [
          {
            layer,
            weights: target.weights,
            bias: target.bias,
            source: sourceOf(layer, makers, float),
          },
        ];
  });
  const moments = await measureMoments(
    float,
    new Map(found.map(({ source }) => [source.tensor, source.axis])),
    samples,
  );
  const biases = new Map<string, Int32Array>();
  const corrected = found.flatMap(({ layer, weights, bias, source }) => {
    const known = moments.get(source.tensor);
    if (known === undefined) return [];
    const errors = weights.map((weight, index) => weight - (layer.weight.data[index] ?? 0));
    const shift = responseTo(layer, errors, expectedInput(known, source.clip));
    biases.set(bias.name, shiftedBias(bias, shift));
    return [
      {
        layer: layer.node.name,
        largestShift: shift.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
      },
    ];
  });
  return { graph: withBiasIntegers(quantized, biases), corrected };
}

/** The tensor whose moments tell the mean of a layer's input, and the clip between the two. */
interface InputSource {
  readonly tensor: string;
  readonly axis: number;
  readonly clip: ClipInterval | null;
}

function sourceOf(
  layer: LinearLayer,
  makers: ReadonlyMap<string, Node>,
  graph: Graph,
): InputSource {
  const [input = ''] = layer.node.inputs;
  const axis = channelAxis(layer.node);
  const maker = makers.get(input);
  const [inner = ''] = maker?.inputs ?? [];
  if (maker?.kind === 'Relu') return { tensor: inner, axis, clip: { low: 0, high: Infinity } };
  if (maker !== undefined && isClippedRelu(maker, graph)) {
    const high = graph.initializers.get(maker.inputs[2] ?? '');
    return {
      tensor: inner,
      axis,
      clip: {
        low: 0,
        high: high?.elementType === 'float32' ? (high.data[0] ?? Infinity) : Infinity,
      },
    };
  }
  return { tensor: input, axis, clip: null };
}

function expectedInput(
  { mean, deviation }: ChannelMoments,
  clip: ClipInterval | null,
): Float64Array {
  return clip === null
    ? mean
    : mean.map((value, channel) => expectedClipped(value, deviation[channel] ?? 0, clip));
}
