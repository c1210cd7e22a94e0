import type { InspectedModel, Placement, Prediction } from './tools/machine';

export interface LatencyRequest {
  readonly soc: string;
  /** SHA-256 of the model file. */
  readonly digest: string;
  readonly modelPath: string;
  readonly model: InspectedModel;
  readonly placement: Placement;
}

/** Where a phone's latencies come from: the cost model, or a table of measured ones to replay. */
export type LatencySource = (request: LatencyRequest) => Prediction;
