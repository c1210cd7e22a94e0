import { fail, ok, type Result } from '../../../common/result';
import { evaluate } from '../evaluate/evaluate';
import { numbersOf } from '../evaluate/tensor_values';
import {
  bytesPerElement,
  elementCount,
  type DeclaredTensor,
  type Graph,
  type Node,
  type Tensor,
  type TensorType,
} from '../graph';
import { elementwiseRules } from './rules/elementwise';
import { quote } from '../quote';
import { indexingRules } from './rules/indexing';
import { layoutRules } from './rules/layout';
import { matrixRules } from './rules/matrix';
import { ShapeProblem, type NodeTypes, type ShapeRule } from './rules/rule';
import { windowRules } from './rules/window';

/** No tensor of a phone's network comes near this. A file of a few bytes can ask for any size, so it is said before memory is taken. */
const largestTensorBytes = 2 ** 31;
/** Shape arithmetic works on a handful of numbers; anything longer is data, which shape inference does not look at. */
const mostKnownElements = 1024;

const rules: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({
    ...windowRules,
    ...elementwiseRules,
    ...matrixRules,
    ...layoutRules,
    ...indexingRules,
  }),
);

/**
 * The type of every tensor of a graph, constants included. The error is one line that names the input with a dynamic
 * dimension, or the node and operator that cannot be followed. Operators without a rule are taken at the file's word.
 */
export function inferShapes(graph: Graph): Result<ReadonlyMap<string, TensorType>, string> {
  const types = new Map<string, TensorType>(
    [...graph.initializers].map(([name, { elementType, shape }]) => [name, { elementType, shape }]),
  );
  const constants = new Map([...graph.initializers].filter(([, tensor]) => isSmall(tensor)));
  const declared = new Map([
    ...graph.outputs.map((output) => [output.name, output] as const),
    ...graph.declared,
  ]);
  for (const input of graph.inputs) {
    const fixed = fixedShape(input);
    if (!fixed.ok) return fixed;
    const type = { elementType: input.elementType, shape: fixed.value };
    if (!isSane(type)) return fail(`input ${quote(input.name)}: ${problemOf(type)}`);
    types.set(input.name, type);
  }
  for (const node of graph.nodes) {
    const outputs = outputTypes(graph, node, { types, constants, declared });
    if (!outputs.ok) return outputs;
    node.outputs.forEach((output, index) => {
      const type = outputs.value[index];
      if (output !== '' && type !== undefined) types.set(output, type);
    });
    learnConstants(node, outputs.value, { types, constants });
  }
  return ok(types);
}

function isSmall({ shape }: TensorType): boolean {
  return elementCount(shape) <= mostKnownElements;
}

/** Computes what exporters compute with shapes (Shape, Gather, Concat … before Reshape). */
function learnConstants(
  node: Node,
  outputs: readonly TensorType[],
  known: {
    readonly types: ReadonlyMap<string, TensorType>;
    readonly constants: Map<string, Tensor>;
  },
): void {
  if (!outputs.every(isSmall)) return;
  const tensors = evaluate({
    node,
    outputs,
    constant: (index) => known.constants.get(node.inputs[index] ?? ''),
    inputType: (index) => known.types.get(node.inputs[index] ?? ''),
  });
  tensors?.forEach((tensor, index) => known.constants.set(node.outputs[index] ?? '', tensor));
}

function fixedShape(input: DeclaredTensor): Result<readonly number[], string> {
  const name = quote(input.name);
  if (input.shape === null)
    return fail(`input ${name} has no shape; export the model with one, e.g. 1x3x224x224`);
  const dynamic = input.shape.find((dimension) => typeof dimension === 'string');
  if (dynamic !== undefined)
    return fail(
      `input ${name} has a dynamic dimension ${quote(dynamic)}; fix it, e.g. 1x3x224x224`,
    );
  return ok(input.shape.map(Number));
}

interface Inferred {
  readonly types: ReadonlyMap<string, TensorType>;
  /** Values of small constants, and of what is computed from them. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** What the file says of intermediate tensors and outputs. */
  readonly declared: ReadonlyMap<string, DeclaredTensor>;
}

function outputTypes(
  graph: Graph,
  node: Node,
  inferred: Inferred,
): Result<readonly TensorType[], string> {
  const rule = rules.get(node.kind);
  if (rule === undefined) return declaredTypes(node, inferred.declared);
  try {
    const outputs = rule(nodeTypes(graph, node, inferred));
    const wrong = outputs.find((type) => !isSane(type));
    if (wrong !== undefined)
      return fail(`node ${quote(node.name)} (${node.kind}): ${problemOf(wrong)}`);
    return ok(outputs);
  } catch (error) {
    if (error instanceof ShapeProblem)
      return fail(`node ${quote(node.name)} (${node.kind}): ${error.message}`);
    throw error;
  }
}

function nodeTypes(graph: Graph, node: Node, inferred: Inferred): NodeTypes {
  return {
    node,
    opset: graph.opset,
    input: (index) => {
      const type = inferred.types.get(node.inputs[index] ?? '');
      if (type === undefined) throw new ShapeProblem(`input ${index} is missing`);
      return type;
    },
    has: (index) => (node.inputs[index] ?? '') !== '',
    integers: (index) => {
      const tensor = inferred.constants.get(node.inputs[index] ?? '');
      const numbers = tensor === undefined ? undefined : numbersOf(tensor);
      return numbers === undefined ? undefined : Array.from(numbers);
    },
  };
}

function declaredTypes(
  node: Node,
  declared: ReadonlyMap<string, DeclaredTensor>,
): Result<readonly TensorType[], string> {
  const types = node.outputs.map((output) => declared.get(output));
  const known = types.flatMap((type) =>
    type?.shape?.every((size) => typeof size === 'number') === true
      ? [{ elementType: type.elementType, shape: type.shape.map(Number) }]
      : [],
  );
  if (known.length === node.outputs.length && known.every(isSane)) return ok(known);
  return fail(
    `node ${quote(node.name)}: operator ${quote(node.kind)} is not known here and the file does not give its output shape; export with shapes (onnx.shape_inference) or replace the operator`,
  );
}

function isSane({ elementType, shape }: TensorType): boolean {
  return isShape(shape) && elementCount(shape) * bytesPerElement[elementType] <= largestTensorBytes;
}

function isShape(shape: readonly number[]): boolean {
  return shape.every((size) => Number.isInteger(size) && size >= 0);
}

function problemOf({ elementType, shape }: TensorType): string {
  if (!isShape(shape)) return `output shape ${shape.join('x')} is not possible`;
  const gigabytes = (elementCount(shape) * bytesPerElement[elementType]) / 1e9;
  return `a tensor of ${shape.join('x')} ${elementType} takes ${gigabytes.toPrecision(3)} GB, and ${(largestTensorBytes / 1e9).toFixed(1)} GB are the most: fix smaller inputs, or export the network without it`;
}
