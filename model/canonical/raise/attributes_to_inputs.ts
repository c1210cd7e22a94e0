import { floatAttribute, intsAttribute, type Attribute, type Node } from '../../onnx/graph';
import { float32Scalar, int64List } from '../rewriting/constants';
import type { RaiseRule } from './rule';

function without(node: Node, ...names: readonly string[]): ReadonlyMap<string, Attribute> {
  return new Map([...node.attributes].filter(([name]) => !names.includes(name)));
}

/** Squeeze, Unsqueeze (opset 13), ReduceSum (13) and the other reductions (18). */
export const axesToInput: RaiseRule = (node, { make }) => {
  const axes = intsAttribute(node, 'axes');
  if (axes === undefined) return undefined;
  return make.last(
    node.kind,
    [node.inputs[0] ?? '', make.constant('axes', int64List(axes))],
    without(node, 'axes'),
  );
};

/** Clip, opset 11. */
export const clipBoundsToInputs: RaiseRule = (node, { make }) => {
  const bound = (name: string): string =>
    node.attributes.has(name)
      ? make.constant(name, float32Scalar(floatAttribute(node, name, 0)))
      : '';
  return make.last('Clip', [node.inputs[0] ?? '', bound('min'), bound('max')]);
};

/** Pad, opset 11. */
export const padsToInputs: RaiseRule = (node, { make }) => {
  const pads = intsAttribute(node, 'pads');
  if (pads === undefined) return undefined;
  const value = make.constant('value', float32Scalar(floatAttribute(node, 'value', 0)));
  return make.last(
    'Pad',
    [node.inputs[0] ?? '', make.constant('pads', int64List(pads)), value],
    without(node, 'pads', 'value'),
  );
};

/** Slice, opset 10. */
export const sliceToInputs: RaiseRule = (node, { make }) => {
  const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => intsAttribute(node, name));
  if (starts === undefined || ends === undefined) return undefined;
  const list = (name: string, values: readonly number[]): string =>
    make.constant(name, int64List(values));
  return make.last('Slice', [
    node.inputs[0] ?? '',
    list('starts', starts),
    list('ends', ends),
    list('axes', axes ?? starts.map((_, axis) => axis)),
  ]);
};

/** Split by an attribute (before opset 13), evenly, or into `num_outputs` (opset 18): the sizes are always written out. */
export const splitSizesToInput: RaiseRule = (node, { make, view }) => {
  if ((node.inputs[1] ?? '') !== '') return undefined;
  const axis = node.attributes.get('axis');
  const at = axis?.kind === 'int' ? axis.value : 0;
  const sizes = node.outputs.map((output) => view.shape(output).at(at) ?? 0);
  return make.last(
    'Split',
    [node.inputs[0] ?? '', make.constant('sizes', int64List(sizes))],
    without(node, 'split', 'num_outputs'),
  );
};
