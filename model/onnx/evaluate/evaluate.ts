import type { Tensor } from '../graph';
import { arithmeticEvaluators } from './arithmetic';
import type { NodeEvaluation, Evaluator } from './evaluation';
import { indexingEvaluators } from './indexing';
import { makingEvaluators } from './making';
import { movementEvaluators } from './movement';
import { splitOf } from './split';

const evaluators: ReadonlyMap<string, Evaluator> = new Map(
  Object.entries({
    ...makingEvaluators,
    ...movementEvaluators,
    ...indexingEvaluators,
    ...arithmeticEvaluators,
  }),
);

/** The operators that `evaluate` can compute; any other is undefined to it. */
export function canEvaluate(kind: string): boolean {
  return kind === 'Split' || evaluators.has(kind);
}

/**
 * The outputs of a node whose inputs are constants (or of which only the shape counts), as ONNX Runtime computes them:
 * integers exactly, floats to the last bit or nearly so. Undefined for every other node.
 */
export function evaluate(evaluation: NodeEvaluation): readonly Tensor[] | undefined {
  if (evaluation.node.kind === 'Split') return splitOf(evaluation);
  const [output, ...further] = evaluation.outputs;
  if (further.length > 0) return undefined;
  const tensor =
    output === undefined ? undefined : evaluators.get(evaluation.node.kind)?.(evaluation, output);
  return tensor === undefined ? undefined : [tensor];
}
