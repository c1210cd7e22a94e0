import { ownValue } from '../../../common/own_value';
import type { Graph, Node } from '../../onnx/graph';
import { float32Tensor } from '../../onnx/graph_builder';
import { float32Scalar, floatsOf, scalarOf } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

type ArithmeticRule = (view: GraphView, node: Node, make: Maker) => NodeReplacement | undefined;

const rules: Readonly<Record<string, ArithmeticRule>> = {
  Sub: (view, node, make) =>
    withConstant(view, node, { make, kind: 'Add', suffix: 'negated', map: (value) => -value }),
  Div: (view, node, make) =>
    withConstant(view, node, {
      make,
      kind: 'Mul',
      suffix: 'reciprocal',
      map: (value) => 1 / value,
    }),
  Add: constantLast,
  Mul: constantLast,
  Sum: pairwise,
  Max: (view, node, make) => bounded(view, node, { make, bounds: (value) => [value, undefined] }),
  Min: (view, node, make) => bounded(view, node, { make, bounds: (value) => [undefined, value] }),
  Clip: mergedClip,
};

/** Spells arithmetic in one way: no division by or subtraction of constants, constants last, sums of two, bounds as Relu or Clip with float32 scalars. */
export function normalizeArithmetic(view: GraphView): Graph {
  return rewrite(view, (node, make) =>
    view.types.get(node.outputs[0] ?? '')?.elementType === 'float32'
      ? ownValue(rules, node.kind)?.(view, node, make)
      : undefined,
  );
}

function withConstant(
  view: GraphView,
  { inputs }: Node,
  to: {
    readonly make: Maker;
    readonly kind: string;
    readonly suffix: string;
    readonly map: (value: number) => number;
  },
): NodeReplacement | undefined {
  const [first = '', second = ''] = inputs;
  const values = floatsOf(view, second);
  const mapped = values?.map(to.map);
  if (mapped === undefined || !mapped.every(Number.isFinite)) return undefined;
  return to.make.last(to.kind, [
    first,
    to.make.constant(to.suffix, float32Tensor(view.shape(second), mapped)),
  ]);
}

function constantLast(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const [first = '', second = ''] = node.inputs;
  return view.constant(first) !== undefined && view.constant(second) === undefined
    ? make.last(node.kind, [second, first])
    : undefined;
}

function pairwise(_: GraphView, { inputs }: Node, make: Maker): NodeReplacement | undefined {
  const [first, ...others] = inputs;
  const final = others.pop();
  if (first === undefined || final === undefined) return undefined;
  const sum = others.reduce(
    (total, input, index) => make.node(`sum.${index}`, 'Add', [total, input]),
    first,
  );
  return make.last('Add', [sum, final]);
}

type ClipBounds = readonly [lowest: number | undefined, highest: number | undefined];

function bounded(
  view: GraphView,
  { inputs, outputs }: Node,
  to: { readonly make: Maker; readonly bounds: (value: number) => ClipBounds },
): NodeReplacement | undefined {
  if (inputs.length !== 2) return undefined;
  const [data, bound] = view.constant(inputs[0] ?? '') === undefined ? inputs : inputs.toReversed();
  const value = scalarOf(view, bound ?? '');
  const grows = view.shape(outputs[0] ?? '').length !== view.shape(data ?? '').length;
  return value === undefined || grows ? undefined : clip(to.make, data ?? '', to.bounds(value));
}

/** Clip of Clip is one Clip; a bound below only, at zero, is Relu. */
function mergedClip(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const own = boundsOf(view, node);
  if (own === undefined) return undefined;
  const [input = ''] = node.inputs;
  const inner = view.maker(input);
  const before = inner === undefined ? undefined : boundsOf(view, inner);
  if (before !== undefined) {
    const clamp = (value: number | undefined): number | undefined =>
      value === undefined
        ? undefined
        : Math.min(own[1] ?? Infinity, Math.max(own[0] ?? -Infinity, value));
    return clip(make, inner?.inputs[0] ?? '', [
      clamp(before[0]) ?? own[0],
      clamp(before[1]) ?? own[1],
    ]);
  }
  const isTidy =
    node.inputs.slice(1).every((bound) => bound === '' || view.shape(bound).length === 0) &&
    !isRelu(own);
  const hasInfinite = node.inputs
    .slice(1)
    .some((bound) => bound !== '' && !isBound(scalarOf(view, bound)));
  return isTidy && !hasInfinite ? undefined : clip(make, input, own);
}

function boundsOf(view: GraphView, node: Node): ClipBounds | undefined {
  if (node.kind === 'Relu') return [0, undefined];
  if (node.kind !== 'Clip') return undefined;
  const bounds = [1, 2].map((index) => node.inputs[index] ?? '');
  const values = bounds.map((bound) => scalarOf(view, bound));
  // A bound that is computed from data is no constant.
  if (bounds.some((bound, index) => bound !== '' && values[index] === undefined)) return undefined;
  const [lowest, highest] = values;
  return [isBound(lowest) ? lowest : undefined, isBound(highest) ? highest : undefined];
}

/** Exporters write the largest float for "no bound". */
function isBound(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) < 3.4e38;
}

function isRelu([lowest, highest]: ClipBounds): boolean {
  return lowest === 0 && highest === undefined;
}

function clip(make: Maker, input: string, bounds: ClipBounds): NodeReplacement {
  if (isRelu(bounds)) return make.last('Relu', [input]);
  const [lowest, highest] = bounds;
  const constant = (suffix: string, value: number | undefined): string =>
    value === undefined ? '' : make.constant(suffix, float32Scalar(value));
  const inputs = [input, constant('min', lowest), constant('max', highest)];
  return make.last('Clip', highest === undefined ? inputs.slice(0, 2) : inputs);
}
