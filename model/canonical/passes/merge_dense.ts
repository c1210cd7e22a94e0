import { floatAttribute, intAttribute, type Graph, type Node } from '../../onnx/graph';
import { float32Tensor, int } from '../../onnx/graph_builder';
import { floatsOf, perChannel } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/**
 * Dense layers have one form: Gemm of a matrix with constant weights [out, in] (transB 1) and a bias [out], without alpha,
 * beta and transA. Products of more dimensions, and of two activations, stay MatMul.
 */
export function mergeDense(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (node.kind === 'MatMul') return denseOfMatMul(view, node, make);
    return node.kind === 'Gemm' && !isPlain(view, node) ? plainGemm(view, node, make) : undefined;
  });
}

function denseOfMatMul(
  view: GraphView,
  { inputs }: Node,
  make: Maker,
): NodeReplacement | undefined {
  const [input = '', weightName = ''] = inputs;
  const weights = floatsOf(view, weightName);
  const shape = view.shape(weightName);
  if (
    weights === undefined ||
    view.shape(input).length !== 2 ||
    shape.length !== 2 ||
    view.constant(input) !== undefined
  )
    return undefined;
  return make.last('Gemm', [input, transposed(make, weights, shape)], { transB: int(1) });
}

function isPlain(view: GraphView, node: Node): boolean {
  const [, weight = '', bias = ''] = node.inputs;
  return (
    ['alpha', 'beta', 'transA'].every((name) => !node.attributes.has(name)) &&
    intAttribute(node, 'transB', 0) === 1 &&
    floatsOf(view, weight) !== undefined &&
    (bias === '' || view.shape(bias).length === 1)
  );
}

function plainGemm(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const [input = '', weightName = '', biasName = ''] = node.inputs;
  const weights = floatsOf(view, weightName);
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const channels = view.shape(node.outputs[0] ?? '')[1] ?? 0;
  const bias =
    biasName === ''
      ? undefined
      : perChannel(view, biasName, { shape: view.shape(node.outputs[0] ?? ''), axis: 1 });
  if (weights === undefined || (biasName !== '' && bias === undefined)) return undefined;
  const straight = intAttribute(node, 'transB', 0) === 1;
  const scaled = alpha === 1 ? weights : weights.map((value) => value * alpha);
  const weight = !straight
    ? transposed(make, scaled, view.shape(weightName))
    : alpha === 1
      ? weightName
      : make.constant('weight', float32Tensor(view.shape(weightName), scaled));
  const rows =
    intAttribute(node, 'transA', 0) === 1
      ? make.node('rows', 'Transpose', [input], { perm: { kind: 'ints', value: [1, 0] } })
      : input;
  const shift =
    bias === undefined
      ? []
      : [
          beta === 1 && view.shape(biasName).length === 1 && view.shape(biasName)[0] === channels
            ? biasName
            : make.constant(
                'bias',
                float32Tensor(
                  [channels],
                  bias.map((value) => value * beta),
                ),
              ),
        ];
  return make.last('Gemm', [rows, weight, ...shift], { transB: int(1) });
}

function transposed(
  make: Maker,
  weights: Float32Array,
  [rows = 0, columns = 0]: readonly number[],
): string {
  const turned = new Float32Array(weights.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = weights[row * columns + column] ?? 0;
  return make.constant('weight', float32Tensor([columns, rows], turned));
}
