import type { Node, Tensor, TensorType } from '../graph';

/** One node whose output is to be computed, with what is known of it. */
export interface NodeEvaluation {
  readonly node: Node;
  /** Input `index` when it is a constant. */
  readonly constant: (index: number) => Tensor | undefined;
  readonly inputType: (index: number) => TensorType | undefined;
  /** Types of the outputs, by shape inference. */
  readonly outputs: readonly TensorType[];
}

/** Computes the first output; undefined when it is not constant, or not computed here. */
export type Evaluator = (evaluation: NodeEvaluation, output: TensorType) => Tensor | undefined;
