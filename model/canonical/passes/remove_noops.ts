import { ownValue } from '../../../common/own_value';
import { elementCount, intAttribute, intsAttribute, type Graph, type Node } from '../../onnx/graph';
import { elementTypeCode } from '../../onnx/tensor_codec';
import { integersOf, scalarOf } from '../rewriting/constants';
import { rewrite, sameAs, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** Operators that do nothing when the output has the shape of the input. */
const shapeOnlyKinds: ReadonlySet<string> = new Set([
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Expand',
  'Tile',
  'Pad',
]);

/** A mask takes memory that the file does not have. */
const mostMaskElements = 2 ** 22;

/** Whether a node's first output is its first input, element for element. */
type NoopTest = (view: GraphView, node: Node) => boolean;

const noopTests: Readonly<Record<string, NoopTest>> = {
  Identity: (view, { inputs, outputs }) =>
    !view.isOutput(outputs[0] ?? '') ||
    (view.maker(inputs[0] ?? '') !== undefined && !view.isOutput(inputs[0] ?? '')),
  Dropout: (view, node) => isSwitchedOff(view, node) && node.outputs.length === 1,
  Cast: (view, node) =>
    elementTypeCode(view.types.get(node.inputs[0] ?? '')?.elementType ?? 'bool') ===
    intAttribute(node, 'to', 0),
  Transpose: (view, node) =>
    keepsOrder(view.shape(node.inputs[0] ?? ''), intsAttribute(node, 'perm')),
  Concat: (_, node) => node.inputs.length === 1,
  Sum: (_, node) => node.inputs.length === 1,
  Split: (_, node) => node.outputs.length === 1,
  Slice: (view, node) =>
    sameShape(view, node) &&
    (integersOf(view, node.inputs[4] ?? '') ?? []).every((step) => step === 1),
  Clip: (_, node) =>
    node.inputs.slice(1).every((input) => input === '') &&
    !node.attributes.has('min') &&
    !node.attributes.has('max'),
  Add: (view, node) => isNeutral(view, node, 0),
  Sub: (view, node) => isNeutral(view, node, 0),
  Mul: (view, node) => isNeutral(view, node, 1),
  Div: (view, node) => isNeutral(view, node, 1),
  Pow: (view, node) => isNeutral(view, node, 1),
  Resize: (view, node) => sameShape(view, node) && !hasScales(view, node),
};

/** Removes what computes nothing: identities, dropout, casts to the same type, reshapes to the same shape, sums with zero. */
export function removeNoops(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (node.kind === 'Dropout' && node.outputs.length > 1)
      return isSwitchedOff(view, node) ? withWholeMask(view, node, make) : undefined;
    const isNoop =
      ownValue(noopTests, node.kind)?.(view, node) ??
      (shapeOnlyKinds.has(node.kind) && sameShape(view, node));
    return isNoop ? sameAs(node.inputs[0] ?? '') : undefined;
  });
}

/** Its third input switches training on. */
function isSwitchedOff(view: GraphView, { inputs }: Node): boolean {
  return (inputs[2] ?? '') === '' || scalarOf(view, inputs[2] ?? '') === 0;
}

/** Nothing is dropped at inference, so a mask that somebody reads lets everything through. */
function withWholeMask(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const [input = ''] = node.inputs;
  const [output = '', mask = ''] = node.outputs;
  const shape = view.shape(input);
  if (elementCount(shape) > mostMaskElements) return undefined;
  const whole = make.constant('mask', {
    elementType: 'bool',
    shape,
    data: new Uint8Array(elementCount(shape)).fill(1),
  });
  const made = make.last('Identity', [input]);
  const copy = (from: string, to: string, name: string): Node => ({
    name,
    kind: 'Identity',
    inputs: [from],
    outputs: [to],
    attributes: new Map(),
  });
  const copies = [
    ...(output === '' ? [] : [copy(input, output, node.name)]),
    copy(whole, mask, `${node.name}/mask`),
  ];
  return made.kind === 'nodes' ? { ...made, nodes: copies } : made;
}

function sameShape(view: GraphView, node: Node): boolean {
  const [before, after] = [view.shape(node.inputs[0] ?? ''), view.shape(node.outputs[0] ?? '')];
  return before.length === after.length && before.every((size, axis) => size === after[axis]);
}

/** Dimensions of one element may go anywhere without moving a value. */
function keepsOrder(shape: readonly number[], perm: readonly number[] | undefined): boolean {
  return (perm ?? shape.map((_, axis) => axis).reverse()).every((axis, index) => axis === index);
}

function isNeutral(view: GraphView, node: Node, value: number): boolean {
  return sameShape(view, node) && scalarOf(view, node.inputs[1] ?? '') === value;
}

/** A scale that is not 1 moves samples even where the rounded size stays. */
function hasScales(view: GraphView, node: Node): boolean {
  return (node.inputs[2] ?? '') !== '' && scalarOf(view, node.inputs[2] ?? '') !== 1;
}
