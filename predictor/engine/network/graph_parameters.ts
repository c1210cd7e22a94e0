import { BadInputError } from '../../../common/bad_input';
import { intAttribute, type Float32Tensor, type Graph, type Node } from '../../../model/onnx/graph';
import { quote } from '../../../model/onnx/quote';
import { asIs, convLayout, denseLayout, depthwiseLayout, type WeightLayout } from './layout';
import type { Parameter } from './parameter';

/** Of these all constant floats are trained. */
const weighted: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'LayerNormalization',
  'PRelu',
]);
/** Of these constants are trained that are not one number for all: tokens, positions, scales of channels. */
const joined: ReadonlySet<string> = new Set(['Add', 'Mul', 'Concat']);
/** Their second operand, or a product's first as well, decays as weights do. */
const multiplied: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * The float constants of a graph that training changes, each by its initializer's name.
 * @throws BadInputError for one that two nodes read in different orders of its axes
 */
export function graphParameters(graph: Graph): readonly Parameter[] {
  const found = new Map<string, Found>();
  for (const node of graph.nodes) {
    node.inputs.forEach((name, index) => {
      const tensor = graph.initializers.get(name);
      if (tensor?.elementType !== 'float32' || !isTrained(node, tensor)) return;
      const layout = layoutOf(tensor.shape, node, index);
      const before = found.get(name);
      if (before !== undefined && before.layout !== layout)
        throw new BadInputError(
          `constant ${quote(name)} cannot be trained: nodes ${quote(before.node.name)} and ${quote(node.name)} read it in different orders; export the network with a copy for each`,
        );
      if (before === undefined) found.set(name, { name, tensor, layout, node });
    });
  }
  return [...found.values()].map(parameterOf);
}

interface Found {
  readonly name: string;
  readonly tensor: Float32Tensor;
  readonly layout: WeightLayout;
  readonly node: Node;
}

function isTrained({ kind }: Node, { data }: Float32Tensor): boolean {
  return weighted.has(kind) || (joined.has(kind) && data.length > 1);
}

function parameterOf({ name, tensor: { data, shape }, layout, node }: Found): Parameter {
  return {
    name,
    shape: layout.shapeOf(shape),
    kind: multiplied.has(node.kind) && shape.length > 1 ? 'weight' : 'offset',
    initial: layout.imported({ data, shape }),
    exported: (values) => layout.exported(values, shape),
  };
}

function layoutOf(shape: readonly number[], node: Node, index: number): WeightLayout {
  if (index !== 1) return asIs;
  switch (node.kind) {
    case 'Conv': {
      const groups = intAttribute(node, 'group', 1);
      return groups > 1 && groups === shape[0] && shape[1] === 1 ? depthwiseLayout : convLayout;
    }
    case 'ConvTranspose':
      return convLayout;
    case 'Gemm':
      return intAttribute(node, 'transB', 0) === 1 ? denseLayout : asIs;
    default:
      return asIs;
  }
}
