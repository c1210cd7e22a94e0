import {
  intAttribute,
  intsAttribute,
  stringAttribute,
  type Graph,
  type Node,
} from '../../onnx/graph';
import { int, ints } from '../../onnx/graph_builder';
import { integersOf, scalarOf } from '../rewriting/constants';
import { rewrite } from '../rewriting/rewrite';
import { isReadOnce, type GraphView } from '../rewriting/view';

const neverNegative: ReadonlySet<string> = new Set([
  'Relu',
  'Sigmoid',
  'HardSigmoid',
  'Softmax',
  'Exp',
  'Abs',
]);

/** Moves a Pad into the convolution or pool behind it, where that pads alike. */
export function mergePadding(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    const [input = '', ...others] = node.inputs;
    const pad = view.maker(input);
    if (pad?.kind !== 'Pad' || !isReadOnce(view, input) || node.outputs.length !== 1)
      return undefined;
    const added = spatialPads(view, pad);
    if (added === undefined || !padsAlike(view, node, pad)) return undefined;
    const own = intsAttribute(node, 'pads') ?? added.map(() => 0);
    const pads = own.map((size, index) => size + (added[index] ?? 0));
    if (!holdsPads(node, pads)) return undefined;
    const attributes = new Map(node.attributes).set('pads', ints(...pads));
    if (node.kind === 'AveragePool') attributes.set('count_include_pad', int(1));
    return make.last(node.kind, [pad.inputs[0] ?? '', ...others], attributes);
  });
}

/** A pool's padding must be smaller than its window. */
function holdsPads(node: Node, pads: readonly number[]): boolean {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  return (
    node.kind === 'Conv' || pads.every((size, index) => size < (kernel[index % kernel.length] ?? 0))
  );
}

/** The padding of height and width (as `pads` of a window), if nothing else is padded and nothing is cut off. */
function spatialPads(view: GraphView, pad: Node): readonly number[] | undefined {
  const rank = view.shape(pad.inputs[0] ?? '').length;
  const given = integersOf(view, pad.inputs[1] ?? '');
  if (
    stringAttribute(pad, 'mode', 'constant') !== 'constant' ||
    given === undefined ||
    rank < 3 ||
    given.some((size) => size < 0)
  )
    return undefined;
  const axes =
    (pad.inputs[3] ?? '') === ''
      ? Array.from({ length: rank }, (_, axis) => axis)
      : integersOf(view, pad.inputs[3] ?? '')?.map((axis) => (axis < 0 ? axis + rank : axis));
  const at = (axis: number, side: number): number => {
    const index = axes?.indexOf(axis) ?? -1;
    return index < 0 ? 0 : (given[index + side * (axes?.length ?? 0)] ?? 0);
  };
  if (axes === undefined || [0, 1].some((axis) => at(axis, 0) + at(axis, 1) > 0)) return undefined;
  const spatial = Array.from({ length: rank - 2 }, (_, index) => index + 2);
  return [...spatial.map((axis) => at(axis, 0)), ...spatial.map((axis) => at(axis, 1))];
}

function padsAlike(view: GraphView, node: Node, pad: Node): boolean {
  const value = (pad.inputs[2] ?? '') === '' ? 0 : scalarOf(view, pad.inputs[2] ?? '');
  const own = (intsAttribute(node, 'pads') ?? []).some((size) => size > 0);
  switch (node.kind) {
    case 'Conv':
      return value === 0;
    case 'AveragePool':
      return (
        value === 0 &&
        intAttribute(node, 'ceil_mode', 0) === 0 &&
        (!own || intAttribute(node, 'count_include_pad', 0) === 1)
      );
    case 'MaxPool':
      // A pool's own padding is never the largest; zeros are not either where no value is below zero.
      return (
        intAttribute(node, 'ceil_mode', 0) === 0 &&
        (value === -Infinity || (value === 0 && isNeverNegative(view, pad.inputs[0] ?? '')))
      );
    default:
      return false;
  }
}

function isNeverNegative(view: GraphView, tensor: string): boolean {
  const maker = view.maker(tensor);
  if (maker?.kind === 'Clip') return (scalarOf(view, maker.inputs[1] ?? '') ?? -1) >= 0;
  return maker !== undefined && neverNegative.has(maker.kind);
}
