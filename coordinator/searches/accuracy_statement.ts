import type { AccuracySource } from '../../search/accuracy/accuracy_source';
import type { SearchSpec } from '../../search/spec/search_spec';

/** What the accuracies beside a search's latencies are, and what the weights of its models are: two different networks' facts. */
export interface AccuracyStatement {
  /** Where an accuracy comes from, and of what it is. */
  readonly accuracySource: string;
  /** How the weights of the models that were measured came to be. */
  readonly weights: string;
}

/** No model of a search was trained, so none has the accuracy that stands beside it. */
export function accuracyStatement(
  { model }: Pick<SearchSpec, 'model'>,
  { statement }: Pick<AccuracySource, 'statement'>,
): AccuracyStatement {
  return { accuracySource: statement, weights: `drawn, seed ${model.seed}` };
}
