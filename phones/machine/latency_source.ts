import type { InspectedModel, RunPlacement, LatencyPrediction } from './machine';

export interface LatencyRequest {
  readonly soc: string;
  /** SHA-256 of the model file. */
  readonly digest: string;
  readonly modelPath: string;
  readonly model: InspectedModel;
  readonly placement: RunPlacement;
}

/** Where a phone's latencies come from: the cost model, or a table of measured ones to replay. */
export type LatencySource = (request: LatencyRequest) => LatencyPrediction;
