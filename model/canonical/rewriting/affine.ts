import { intAttribute, type Node } from '../../onnx/graph';
import { float32Tensor } from '../../onnx/graph_builder';
import { floatsOf } from './constants';
import { named, type Maker, type NodeReplacement } from './rewrite';
import { isReadOnce, type GraphView } from './view';

/** y = scale·x + shift, one pair per channel. */
export interface Affine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/**
 * Folds a scale and shift of `tensor` into the layer that makes it: a Conv, ConvTranspose or Gemm with constant weights
 * whose output nothing else reads. Undefined when there is none.
 */
export function foldAffine(
  view: GraphView,
  tensor: string,
  { affine, make }: { readonly affine: Affine; readonly make: Maker },
): NodeReplacement | undefined {
  const layer = view.maker(tensor);
  if (layer === undefined || !isReadOnce(view, tensor)) return undefined;
  const axis = channelAxis(view, layer);
  const [input = '', weightName = '', biasName = ''] = layer.inputs;
  const weights = floatsOf(view, weightName);
  const bias = biasOf(view, layer, affine.scale.length);
  if (
    axis === undefined ||
    weights === undefined ||
    bias === undefined ||
    (biasName !== '' && floatsOf(view, biasName) === undefined)
  )
    return undefined;
  const scaled = scaledAlong(weights, {
    shape: view.shape(weightName),
    axis,
    scales: affine.scale,
    groups: layer.kind === 'ConvTranspose' ? intAttribute(layer, 'group', 1) : 1,
  });
  const shifted = affine.shift.map(
    (shift, channel) => (bias[channel] ?? 0) * (affine.scale[channel] ?? 0) + shift,
  );
  const unscaled = affine.scale.every((scale) => scale === 1);
  const weight = unscaled
    ? weightName
    : make.constant('weight', float32Tensor(view.shape(weightName), scaled));
  const folded = make.last(
    layer.kind,
    [input, weight, make.constant('bias', float32Tensor([shifted.length], shifted))],
    layer.attributes,
  );
  return named(folded, layer.name);
}

/** Whether a tensor comes from a layer that an affine map may fold into. */
export function isLayer(view: GraphView, tensor: string): boolean {
  const layer = view.maker(tensor);
  return (
    layer !== undefined &&
    channelAxis(view, layer) !== undefined &&
    floatsOf(view, layer.inputs[1] ?? '') !== undefined
  );
}

/** The weights' axis of output channels; undefined when the node is no layer that a scale folds into. */
function channelAxis(view: GraphView, layer: Node): number | undefined {
  switch (layer.kind) {
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return 1;
    case 'Gemm': {
      const plain =
        layer.attributes.get('alpha') === undefined &&
        layer.attributes.get('beta') === undefined &&
        view.shape(layer.inputs[0] ?? '').length === 2;
      return plain ? (intAttribute(layer, 'transB', 0) === 1 ? 0 : 1) : undefined;
    }
    default:
      return undefined;
  }
}

function biasOf(view: GraphView, layer: Node, channels: number): ArrayLike<number> | undefined {
  const name = layer.inputs[2] ?? '';
  const bias = name === '' ? new Float32Array(channels) : floatsOf(view, name);
  return bias?.length === channels ? bias : undefined;
}

interface AxisScaling {
  readonly shape: readonly number[];
  readonly axis: number;
  readonly scales: Float32Array;
  /** A ConvTranspose of groups keeps each group's output channels apart, by the group of its input channels. */
  readonly groups: number;
}

function scaledAlong(
  weights: Float32Array,
  { shape, axis, scales, groups }: AxisScaling,
): Float32Array {
  const size = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const perGroup = weights.length / groups;
  const scaled = new Float32Array(weights.length);
  for (let start = 0; start < weights.length; start += inner) {
    const channel =
      (Math.floor(start / inner) % size) + (groups === 1 ? 0 : Math.floor(start / perGroup) * size);
    const scale = scales[channel] ?? 0;
    for (let index = start; index < start + inner; index += 1)
      scaled[index] = (weights[index] ?? 0) * scale;
  }
  return scaled;
}
