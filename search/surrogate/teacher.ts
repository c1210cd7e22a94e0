import type { Candidate } from './candidate';
import { LatencyModel, type MeasuredLatency } from './latency_model';

/** What is believed of latencies on another target, which says much of those on one's own. */
export interface Teacher {
  /** Of the logarithm of the latency in milliseconds there. */
  meanOf(architecture: string): number;
}

/** A teacher of what was measured on its target, once it is asked; what it says of a network is worked out once. */
export function createTeacher(
  measured: readonly MeasuredLatency[],
  candidateOf: (architecture: string) => Candidate,
): Teacher {
  let model: LatencyModel | undefined;
  const known = new Map<string, number>();
  return {
    meanOf: (architecture) => {
      model ??= new LatencyModel(measured);
      const mean = known.get(architecture) ?? model.mean(candidateOf(architecture));
      known.set(architecture, mean);
      return mean;
    },
  };
}
