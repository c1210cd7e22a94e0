import { assert } from '../../common/assert';
import type { Graph, Tensor } from '../onnx/graph';
import { createGraphBuilder, float32Tensor } from '../onnx/graph_builder';
import { batchNormEpsilon } from './batch_norm';
import { segmentInput, type Layer } from './layer';
import { inferLayerShapes, type Shape } from './layer_shape';
import { lowerLayers } from './lower';
import type { Segment } from './network_spec';
import { constantTensor } from './constant_tensor';

/** Trained tensors of a segment by `LAYER.ROLE`, in ONNX's shapes, batch normalizations apart. */
export type TrainedWeights = ReadonlyMap<
  string,
  { readonly data: Float32Array; readonly shape: readonly number[] }
>;

/** A trained segment in canonical form, as a model of its own: batch normalizations folded by their running statistics. */
export function trainedSegmentGraph(
  segment: Pick<Segment, 'name' | 'layers' | 'output'>,
  inputShape: Shape,
  weights: TrainedWeights,
): Graph {
  const shapes = inferLayerShapes(segment.layers, inputShape);
  const { operators, tensorOf } = lowerLayers(segment.layers, shapes);
  const folded = foldedWeights(segment.layers, weights);
  const builder = createGraphBuilder(segment.name);
  const named = (local: string): string => `${segment.name}.${local}`;
  builder.input(named(segmentInput), inputShape);
  for (const { kind, name, inputs, attributes } of operators) {
    const operands = inputs.map((input) =>
      typeof input === 'string'
        ? named(input)
        : builder.constant(named(input.name), constantTensor(input, folded)),
    );
    builder.node(named(name), kind, operands, attributes);
  }
  return builder.finish([
    {
      name: named(tensorOf(segment.output)),
      elementType: 'float32',
      shape: shapes.get(segment.output) ?? [],
    },
  ]);
}

function foldedWeights(
  layers: readonly Layer[],
  weights: TrainedWeights,
): ReadonlyMap<string, Tensor> {
  const folded = new Map<string, Tensor>();
  const read = (name: string): { readonly data: Float32Array; readonly shape: Shape } => {
    const values = weights.get(name);
    assert(values !== undefined, `there are trained values of ${name}`);
    return values;
  };
  const keep = (
    name: string,
    { data, shape }: { readonly data: Float32Array; readonly shape: Shape },
  ): void => {
    folded.set(name, float32Tensor(shape, data));
  };
  layers.forEach((layer, index) => {
    const next = layers[index + 1];
    switch (layer.kind) {
      case 'conv': {
        if (layer.bias) {
          keep(`${layer.name}.weight`, read(`${layer.name}.weight`));
          keep(`${layer.name}.bias`, read(`${layer.name}.bias`));
          return;
        }
        assert(next?.kind === 'batchNorm', 'a convolution without bias is normalized');
        const { factors, offsets } = normalizationOf(next.name, read);
        const weight = read(`${layer.name}.weight`);
        keep(`${layer.name}.weight`, { ...weight, data: scaled(weight.data, factors) });
        keep(`${layer.name}.bias`, { shape: [offsets.length], data: offsets });
        return;
      }
      case 'dense': {
        const factor = next?.kind === 'multiply' && next.input === layer.name ? next.factor : 1;
        for (const role of ['weight', 'bias']) {
          const values = read(`${layer.name}.${role}`);
          keep(`${layer.name}.${role}`, {
            ...values,
            data: values.data.map((value) => value * factor),
          });
        }
        return;
      }
      case 'layerNorm':
        keep(`${layer.name}.weight`, read(`${layer.name}.weight`));
        keep(`${layer.name}.bias`, read(`${layer.name}.bias`));
        return;
      case 'classToken':
      case 'positions':
        keep(`${layer.name}.weight`, read(`${layer.name}.weight`));
        return;
      default:
    }
  });
  return folded;
}

/** What a normalization by running statistics does to each channel: times a factor, plus an offset. */
function normalizationOf(
  name: string,
  read: (name: string) => { readonly data: Float32Array },
): { readonly factors: Float32Array; readonly offsets: Float32Array } {
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map(
    (role) => read(`${name}.${role}`).data,
  );
  assert(
    scale !== undefined && shift !== undefined && mean !== undefined && variance !== undefined,
    'a normalization has four vectors',
  );
  const factors = scale.map(
    (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + batchNormEpsilon),
  );
  const offsets = shift.map(
    (value, channel) => value - (mean[channel] ?? 0) * (factors[channel] ?? 0),
  );
  return { factors, offsets };
}

/** Output channels come first. */
function scaled(data: Float32Array, factors: Float32Array): Float32Array {
  const each = data.length / factors.length;
  return data.map((value, index) => value * (factors[Math.floor(index / each)] ?? 1));
}
