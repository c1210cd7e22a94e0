import type { ModelFormat } from '../common/artifact';
import type { Precision } from '../common/target';
import type { NetworkCost } from './cost/network_cost';

export interface TensorShape {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
}

/** What a model file says of itself, after it was checked. */
export interface ModelSummary {
  readonly format: ModelFormat;
  readonly precision: Precision;
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
  readonly cost: NetworkCost;
}
