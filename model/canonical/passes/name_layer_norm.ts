import { intAttribute, type Graph, type Node } from '../../onnx/graph';
import { float, float32Tensor, int } from '../../onnx/graph_builder';
import { floatsOf, integersOf, scalarOf } from '../rewriting/constants';
import {
  add,
  any,
  constant,
  match,
  mul,
  oneOf,
  op,
  square,
  type Bindings,
  type Pattern,
} from '../rewriting/pattern';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** Wider than any embedding; scales that are written out stay small. */
const longestAxis = 2 ** 20;

const overLastAxis = (view: GraphView, node: Node): boolean => {
  const axes = integersOf(view, node.inputs[1] ?? '');
  const rank = view.shape(node.inputs[0] ?? '').length;
  return (
    axes?.length === 1 &&
    (axes[0] === -1 || axes[0] === rank - 1) &&
    intAttribute(node, 'keepdims', 1) === 1
  );
};
/** tf2onnx writes the mean over the last of three axes as a pool. */
const isOfThree = (view: GraphView, node: Node): boolean =>
  view.shape(node.inputs[0] ?? '').length === 3;
const mean = (input: Pattern): Pattern =>
  oneOf(op('ReduceMean', [input], overLastAxis), op('GlobalAveragePool', [input], isOfThree));

const x = any('x');
/** Some exporters compute the difference once, some twice. */
const centred = op('Sub', [x, mean(x)]);
const deviation = op('Sqrt', [add(mean(square(centred)), constant('epsilon'))]);
const inverse = op('Reciprocal', [deviation]);
const normalized = oneOf(op('Div', [centred, deviation]), mul(centred, inverse));
const scaled = mul(normalized, constant('scale'));
/** Keras multiplies out: x·f + (shift − mean·f), with f = scale / deviation. */
const factor = oneOf(mul(inverse, constant('scale')), inverse);
const offset = oneOf(
  op('Sub', [constant('shift'), mul(mean(x), factor)]),
  op('Neg', [mul(mean(x), factor)]),
);
const shifted = oneOf(add(scaled, constant('shift')), add(mul(x, factor), offset));

/** Layer normalization over the last axis, written out as eight nodes or nine, gets its ONNX name. */
export function nameLayerNorm(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (node.kind === 'LayerNormalization') return withLastAxis(view, node, make);
    if (node.kind !== 'Add' && node.kind !== 'Mul' && node.kind !== 'Div') return undefined;
    const found = [shifted, scaled, normalized]
      .map((pattern) => match(view, node.outputs[0] ?? '', pattern))
      .find((bindings) => bindings !== undefined);
    return found === undefined ? undefined : layerNorm(view, found, make);
  });
}

function layerNorm(view: GraphView, found: Bindings, make: Maker): NodeReplacement | undefined {
  const input = found.get('x') ?? '';
  const size = view.shape(input).at(-1) ?? 0;
  if (size > longestAxis) return undefined;
  const epsilon = scalarOf(view, found.get('epsilon') ?? '');
  const scale = vector(view, found.get('scale'), { size, absent: 1 });
  const shift = vector(view, found.get('shift'), { size, absent: 0 });
  if (epsilon === undefined || scale === undefined || shift === undefined) return undefined;
  const constants = [
    make.constant('scale', float32Tensor([size], scale)),
    make.constant('shift', float32Tensor([size], shift)),
  ];
  return make.last('LayerNormalization', [input, ...constants], {
    axis: int(-1),
    epsilon: float(epsilon),
  });
}

/** A constant that has one value per element of the last axis, or one for all. */
function vector(
  view: GraphView,
  tensor: string | undefined,
  to: { readonly size: number; readonly absent: number },
): Float32Array | undefined {
  if (tensor === undefined) return new Float32Array(to.size).fill(to.absent);
  const values = floatsOf(view, tensor);
  if (values?.length === 1) return new Float32Array(to.size).fill(values[0] ?? 0);
  return values?.length === to.size && view.shape(tensor).at(-1) === to.size ? values : undefined;
}

function withLastAxis(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const rank = view.shape(node.inputs[0] ?? '').length;
  if (rank === 0 || intAttribute(node, 'axis', -1) !== rank - 1) return undefined;
  return make.last(
    'LayerNormalization',
    node.inputs,
    new Map(node.attributes).set('axis', int(-1)),
  );
}
