import { ownValue } from '../../../common/own_value';
import { intAttribute, intsAttribute, type Graph, type Node } from '../../onnx/graph';
import { int64List, integersOf } from '../rewriting/constants';
import { rewrite } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

const globalKinds: Readonly<Record<string, string>> = {
  ReduceMean: 'GlobalAveragePool',
  ReduceMax: 'GlobalMaxPool',
  AveragePool: 'GlobalAveragePool',
  MaxPool: 'GlobalMaxPool',
};

/** A mean or maximum over a whole image is a global pool, however it is written; without kept dimensions a Reshape follows. */
export function nameGlobalPools(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    const kind = ownValue(globalKinds, node.kind);
    const [input = ''] = node.inputs;
    if (
      kind === undefined ||
      view.shape(input).length !== 4 ||
      node.outputs.length !== 1 ||
      !coversImage(view, node)
    )
      return undefined;
    const output = view.shape(node.outputs[0] ?? '');
    if (output.length === 4) return make.last(kind, [input]);
    return make.last('Reshape', [
      make.node('pooled', kind, [input]),
      make.constant('shape', int64List(output)),
    ]);
  });
}

function coversImage(view: GraphView, node: Node): boolean {
  const [height, width] = view.shape(node.inputs[0] ?? '').slice(2);
  if (node.kind.startsWith('Reduce')) {
    const axes = integersOf(view, node.inputs[1] ?? '')?.map((axis) =>
      axis < 0 ? axis + 4 : axis,
    );
    return axes?.length === 2 && axes.includes(2) && axes.includes(3);
  }
  const [rows, columns] = intsAttribute(node, 'kernel_shape') ?? [];
  const plain =
    [...(intsAttribute(node, 'pads') ?? []), intAttribute(node, 'ceil_mode', 0)].every(
      (value) => value === 0,
    ) && (intsAttribute(node, 'dilations') ?? []).every((step) => step === 1);
  return rows === height && columns === width && plain;
}
