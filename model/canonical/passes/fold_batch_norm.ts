import { assert } from '../../../common/assert';
import { floatAttribute, type Graph, type Node } from '../../onnx/graph';
import { float32Tensor, int, ints } from '../../onnx/graph_builder';
import { foldAffine, type Affine } from '../rewriting/affine';
import { floatsOf } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import { viewOf, type GraphView } from '../rewriting/view';

const defaultEpsilon = 1e-5;

/**
 * Folds batch normalizations into the convolutions and dense layers before them, as every mobile runtime does. One without
 * such a layer (behind a sum, say) becomes a depthwise 1x1 convolution, which has an 8-bit form where a bare scale-and-shift has not.
 */
export function foldBatchNormPass(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (node.kind !== 'BatchNormalization') return undefined;
    const affine = affineOf(view, node);
    return affine === undefined
      ? undefined
      : (foldAffine(view, node.inputs[0] ?? '', { affine, make }) ??
          standingAlone(view, node, { affine, make }));
  });
}

/** The same for a graph that was built here, whose shapes are known to be sound. */
export function foldBatchNorm(graph: Graph): Graph {
  const view = viewOf(graph);
  assert(view.ok, 'a graph built here has fixed shapes');
  return foldBatchNormPass(view.value);
}

/** y = scale·x + shift, with scale = γ/√(σ²+ε) and shift = β − μ·scale. */
function affineOf(view: GraphView, norm: Node): Affine | undefined {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map((name) => floatsOf(view, name));
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
    return undefined;
  const epsilon = floatAttribute(norm, 'epsilon', defaultEpsilon);
  const scale = gamma.map(
    (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon),
  );
  const shift = beta.map((value, channel) => value - (mean[channel] ?? 0) * (scale[channel] ?? 0));
  // A variance below zero leaves the normalization standing, to be refused by name.
  return scale.every(Number.isFinite) && shift.every(Number.isFinite)
    ? { scale, shift }
    : undefined;
}

function standingAlone(
  view: GraphView,
  norm: Node,
  { affine, make }: { readonly affine: Affine; readonly make: Maker },
): NodeReplacement {
  const [input = ''] = norm.inputs;
  const channels = affine.scale.length;
  const spatial = view
    .shape(input)
    .slice(2)
    .map(() => 1);
  const scale = make.constant(
    'weight',
    float32Tensor(spatial.length === 0 ? [channels] : [channels, 1, ...spatial], affine.scale),
  );
  const shift = make.constant('bias', float32Tensor([channels], affine.shift));
  if (spatial.length === 0)
    return make.last('Add', [make.node('scaled', 'Mul', [input, scale]), shift]);
  return make.last('Conv', [input, scale, shift], {
    kernel_shape: ints(...spatial),
    group: int(channels),
  });
}
