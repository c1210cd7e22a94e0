import { elementCount, intsAttribute, type Graph, type Node } from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { offsetsOf, picked, rowMajorStrides } from '../../onnx/evaluate/tensor_values';
import { int64List, integersOf } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

const elementwiseKinds: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'Clip',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Tanh',
  'Elu',
  'Softplus',
  'Mish',
  'Gelu',
  'Erf',
  'Exp',
  'Log',
  'Sqrt',
  'Abs',
  'Neg',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Max',
  'Min',
]);
const reductionKinds: ReadonlySet<string> = new Set([
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceMin',
]);

/** A tensor that is the transpose of another: axis i of it is axis order[i] of `source`. */
interface Turned {
  readonly source: string;
  readonly order: readonly number[];
}

/**
 * Moves transposes behind elementwise operators and reductions where another transpose waits for them, so that the two
 * cancel: what converters from NHWC leave behind.
 */
export function sinkTransposes(view: GraphView): Graph {
  const awaited = awaitedTensors(view);
  const turned = new Map<string, Turned>();
  return rewrite(view, (node, make) => {
    const [output = ''] = node.outputs;
    if (node.kind === 'Transpose') {
      const rank = view.shape(output).length;
      turned.set(output, {
        source: node.inputs[0] ?? '',
        order:
          intsAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
      });
      return undefined;
    }
    if (reductionKinds.has(node.kind))
      return sunkReduction(view, node, { make, input: turned.get(node.inputs[0] ?? '') });
    if (!elementwiseKinds.has(node.kind) || !awaited.has(output)) return undefined;
    const sunk = sunkElementwise(view, node, { make, turned });
    if (sunk === undefined) return undefined;
    turned.set(output, sunk);
    return make.last('Transpose', [sunk.source], { perm: ints(...sunk.order) });
  });
}

/** Tensors that only transposes read, directly or through elementwise operators. */
function awaitedTensors(view: GraphView): ReadonlySet<string> {
  const awaited = new Set<string>();
  for (const node of view.graph.nodes.toReversed()) {
    const [output = ''] = node.outputs;
    const readers = view.readers(output);
    const isAwaited =
      readers.length > 0 &&
      !view.isOutput(output) &&
      readers.every(
        (reader) =>
          reader.kind === 'Transpose' ||
          (elementwiseKinds.has(reader.kind) && awaited.has(reader.outputs[0] ?? '')),
      );
    if (isAwaited) awaited.add(output);
  }
  return awaited;
}

interface Sinking {
  readonly make: Maker;
  readonly turned: ReadonlyMap<string, Turned>;
}

function sunkElementwise(
  view: GraphView,
  node: Node,
  { make, turned }: Sinking,
): Turned | undefined {
  const rank = view.shape(node.outputs[0] ?? '').length;
  const order = node.inputs
    .map((input) => turned.get(input)?.order)
    .find((one) => one?.length === rank);
  if (order === undefined) return undefined;
  const operands = node.inputs.map((input) =>
    turned.get(input)?.order.join() === order.join()
      ? turned.get(input)?.source
      : straightened(view, input, { make, order }),
  );
  if (!operands.every((operand) => operand !== undefined)) return undefined;
  return { source: make.node('straight', node.kind, operands, node.attributes), order };
}

/** Another operand as it stands beside the source: constants are transposed back, and so are tensors that are long in one axis only. */
function straightened(
  view: GraphView,
  tensor: string,
  { make, order }: { readonly make: Maker; readonly order: readonly number[] },
): string | undefined {
  const own = view.shape(tensor);
  if (tensor === '' || elementCount(own) === 1) return own.length <= 1 ? tensor : undefined;
  const shape = [...Array<number>(Math.max(0, order.length - own.length)).fill(1), ...own];
  if (shape.length !== order.length) return undefined;
  const back = order.map((_, axis) => order.indexOf(axis));
  const straight = back.map((axis) => shape[axis] ?? 1);
  const constant = view.constant(tensor);
  if (constant !== undefined) {
    const strides = rowMajorStrides(shape);
    return make.constant(
      'operand',
      picked(
        constant,
        straight,
        offsetsOf(
          straight,
          back.map((axis) => strides[axis] ?? 0),
        ),
      ),
    );
  }
  const isLine = shape.filter((size) => size !== 1).length <= 1;
  return isLine
    ? make.node('operand', 'Reshape', [tensor, make.constant('shape', int64List(straight))])
    : undefined;
}

/** A reduction over some axes of a transpose is one over others of its source. */
function sunkReduction(
  view: GraphView,
  node: Node,
  { make, input }: { readonly make: Maker; readonly input: Turned | undefined },
): NodeReplacement | undefined {
  const axes = integersOf(view, node.inputs[1] ?? '');
  if (input === undefined || axes === undefined || axes.length === 0) return undefined;
  const { order, source } = input;
  const reduced = axes.map((axis) => order[axis < 0 ? axis + order.length : axis] ?? 0);
  const kept = order.filter((axis) => !reduced.includes(axis));
  const inOrder = kept.every((axis, index) => index === 0 || axis > (kept[index - 1] ?? 0));
  if (!inOrder) return undefined;
  // The kept axes stand in the same order on both sides, so the values do, too: only ones move.
  const straight = make.node(
    'straight',
    node.kind,
    [source, make.constant('axes', int64List(reduced.toSorted((a, b) => a - b)))],
    node.attributes,
  );
  return make.last('Reshape', [
    straight,
    make.constant('shape', int64List(view.shape(node.outputs[0] ?? ''))),
  ]);
}
