import { einsumEquation } from '../../einsum';
import { intAttribute, intsAttribute } from '../../graph';
import { broadcastShapes } from './elementwise';
import {
  at,
  normalizeAxis,
  ShapeProblem,
  tensorType,
  type NodeTypes,
  type ShapeRule,
} from './rule';

const reductions = [
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSum',
  'ReduceLogSumExp',
];

/** Matrix products and reductions. */
export const matrixRules: Readonly<Record<string, ShapeRule>> = {
  Gemm: gemm,
  MatMul: matMul,
  Einsum: einsum,
  ...Object.fromEntries(reductions.map((kind) => [kind, reduce])),
  ArgMax: argReduce,
  ArgMin: argReduce,
};

function gemm(types: NodeTypes): ReturnType<ShapeRule> {
  const [a, b] = [types.input(0), types.input(1).shape];
  if (a.shape.length !== 2 || b.length !== 2)
    throw new ShapeProblem(`Gemm needs matrices, not ${a.shape.join('x')} and ${b.join('x')}`);
  const [transA, transB] = [
    intAttribute(types.node, 'transA', 0),
    intAttribute(types.node, 'transB', 0),
  ];
  const [rows, inner] = transA === 0 ? a.shape : a.shape.toReversed();
  const [depth, columns] = transB === 0 ? b : b.toReversed();
  if (inner !== depth)
    throw new ShapeProblem(`matrices ${a.shape.join('x')} and ${b.join('x')} do not multiply`);
  const product = [rows ?? 1, columns ?? 1];
  if (types.has(2)) {
    const bias = types.input(2).shape;
    if (broadcastShapes(product, bias).join() !== product.join())
      throw new ShapeProblem(
        `its bias ${bias.join('x')} does not broadcast over ${product.join('x')}`,
      );
  }
  return tensorType(a.elementType, product);
}

function matMul(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape: a } = types.input(0);
  const b = types.input(1).shape;
  if (a.length === 0 || b.length === 0)
    throw new ShapeProblem('MatMul needs at least one dimension');
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (at(left, left.length - 1) !== at(right, right.length - 2))
    throw new ShapeProblem(`matrices ${a.join('x')} and ${b.join('x')} do not multiply`);
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  const rows = a.length === 1 ? [] : [at(left, left.length - 2)];
  const columns = b.length === 1 ? [] : [at(right, right.length - 1)];
  return tensorType(elementType, [...batch, ...rows, ...columns]);
}

function einsum(types: NodeTypes): ReturnType<ShapeRule> {
  const equation = einsumEquation(types.node);
  if (equation === undefined)
    throw new ShapeProblem('its equation is not supported; write it as MatMul');
  const sizes = new Map(
    equation.operands.flatMap((labels, index) => {
      const { shape } = types.input(index);
      if (shape.length !== labels.length)
        throw new ShapeProblem(`labels ${labels.join('')} do not fit ${shape.join('x')}`);
      return labels.map((label, axis) => [label, at(shape, axis)] as const);
    }),
  );
  return tensorType(
    types.input(0).elementType,
    equation.result.map((label) => sizes.get(label) ?? 1),
  );
}

/** Axes moved from an attribute to an input in opset 13 (ReduceSum) and 18 (the others). */
function reduce(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const given = intsAttribute(types.node, 'axes') ?? (types.has(1) ? types.integers(1) : []);
  if (given === undefined) throw new ShapeProblem('its axes are not constant');
  if (given.length === 0 && intAttribute(types.node, 'noop_with_empty_axes', 0) === 1)
    return tensorType(elementType, shape);
  const axes = new Set(
    given.length === 0 ? shape.keys() : given.map((axis) => normalizeAxis(axis, shape.length)),
  );
  const keep = intAttribute(types.node, 'keepdims', 1) === 1;
  return tensorType(
    elementType,
    shape.flatMap((size, axis) => (axes.has(axis) ? (keep ? [1] : []) : [size])),
  );
}

function argReduce(types: NodeTypes): ReturnType<ShapeRule> {
  const { shape } = types.input(0);
  const axis = normalizeAxis(intAttribute(types.node, 'axis', 0), shape.length);
  const keep = intAttribute(types.node, 'keepdims', 1) === 1;
  return tensorType(
    'int64',
    shape.flatMap((size, index) => (index === axis ? (keep ? [1] : []) : [size])),
  );
}
