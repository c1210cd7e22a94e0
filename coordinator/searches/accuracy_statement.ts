import type { AccuracySource } from '../../search/accuracy/accuracy_source';
import { weightsStatement } from '../candidates/weights_statement';
import type { SearchSpec } from '../../search/spec/search_spec';

/** What the accuracies beside a search's latencies are, and what the weights of its models are: two different networks' facts. */
export interface AccuracyStatement {
  /** Where an accuracy comes from, and of what it is. */
  readonly accuracySource: string;
  /** How the weights of the models that were measured came to be. */
  readonly weights: string;
}

/** No model of a search was trained to its end, so none has the accuracy that stands beside it. */
export function accuracyStatement(
  { model, accuracy }: Pick<SearchSpec, 'model' | 'accuracy'>,
  { statement }: Pick<AccuracySource, 'statement'>,
): AccuracyStatement {
  const trained = accuracy?.kind === 'predictor' ? accuracy : undefined;
  return { accuracySource: statement, weights: weightsStatement({ model, trained }) };
}
