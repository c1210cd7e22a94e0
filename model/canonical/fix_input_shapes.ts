import { fail, ok, type Result } from '../../common/result';
import type { DeclaredTensor, Graph } from '../onnx/graph';
import { plain, quote } from '../onnx/quote';

/** Larger than any image or sequence; sizes of tensors stay exact. */
const largestDimension = 1_000_000;

/** Gives inputs the shapes that the user named. Every input must then be fixed; the error says which is not and how to fix it. */
export function fixInputShapes(
  graph: Graph,
  shapes: ReadonlyMap<string, readonly number[]>,
): Result<Graph, string> {
  const unknown = [...shapes.keys()].find(
    (name) => !graph.inputs.some((input) => input.name === name),
  );
  if (unknown !== undefined)
    return fail(
      `there is no input ${quote(unknown)}; the network has ${graph.inputs.map((input) => quote(input.name)).join(', ')}`,
    );
  for (const input of graph.inputs) {
    const problem = problemOf(input, shapes.get(input.name));
    if (problem !== undefined) return fail(problem);
  }
  return ok({
    ...graph,
    inputs: graph.inputs.map((input) => ({
      ...input,
      shape: shapes.get(input.name) ?? input.shape,
    })),
  });
}

function problemOf(
  input: DeclaredTensor,
  given: readonly number[] | undefined,
): string | undefined {
  const name = quote(input.name);
  if (given === undefined) {
    const remedy = `fix it with --input ${plain(input.name)}=${(input.shape ?? ['1', 3, 224, 224]).map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? 1 : 224)).join('x')}`;
    if (input.shape === null) return `input ${name} has no shape; ${remedy}`;
    const open = input.shape.find((size) => typeof size === 'string');
    return open === undefined
      ? undefined
      : `input ${name} has a dynamic dimension ${quote(open)}; ${remedy}`;
  }
  if (given.some((size) => !Number.isInteger(size) || size < 1 || size > largestDimension))
    return `shape ${given.join('x')} for input ${name}: sizes must be whole numbers from 1 to ${largestDimension}`;
  const declared = input.shape;
  if (declared === null) return undefined;
  const fits =
    declared.length === given.length &&
    declared.every((size, axis) => typeof size === 'string' || size === given[axis]);
  return fits
    ? undefined
    : `shape ${given.join('x')} does not fit input ${name}, which is declared as ${declared.map(plain).join('x')}`;
}
