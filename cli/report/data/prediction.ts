import { CandidateFactory } from '../../../search/surrogate/candidate';
import { LatencyModel } from '../../../search/surrogate/latency_model';
import { rankCorrelation } from './rank_correlation';
import type { ReportCandidate, ReportInput } from './report_input';

export interface Prediction {
  readonly points: readonly { readonly predictedMs: number; readonly measuredMs: number }[];
  /** Mean of the absolute errors, each relative to what was measured, in percent. */
  readonly mapePercent: number;
  readonly rankCorrelation: number | undefined;
  /** Measurements that taught the first model. */
  readonly firstTaught: number;
}

/** As many as the surrogate has when it first trusts its model. */
const firstTaught = 10;
/** A model is made anew when it can learn from so many more than the one before: at least some, and a share of all. */
const fewestNew = 5;
const newShare = 0.2;

type Measured = ReportCandidate & {
  readonly measurement: NonNullable<ReportCandidate['measurement']>;
};

/**
 * How well latencies would have been predicted while the search went on, whatever its strategy: each by the surrogate's model of what had been measured
 * on the target before, never of itself or of later ones. `measured` is in the order of measurement. Undefined where there are too few.
 */
export function predictOneAfterAnother(
  positions: ReportInput['header']['positions'],
  measured: readonly Measured[],
): Prediction | undefined {
  if (measured.length <= firstTaught) return undefined;
  const candidateOf = candidateReader(positions, measured);
  const points: { predictedMs: number; measuredMs: number }[] = [];
  for (let taught = firstTaught; taught < measured.length;) {
    const model = new LatencyModel(
      measured.slice(0, taught).map(({ architecture, measurement }) => ({
        candidate: candidateOf(architecture),
        latencyMs: measurement.latencyMs,
        relativeNoise: 0,
      })),
    );
    const next = Math.min(
      measured.length,
      taught + Math.max(fewestNew, Math.floor(newShare * taught)),
    );
    for (const { architecture, measurement } of measured.slice(taught, next))
      points.push({
        predictedMs: Math.exp(model.mean(candidateOf(architecture))),
        measuredMs: measurement.latencyMs,
      });
    taught = next;
  }
  return {
    points,
    mapePercent:
      (100 *
        points.reduce(
          (sum, { predictedMs, measuredMs }) =>
            sum + Math.abs(predictedMs - measuredMs) / measuredMs,
          0,
        )) /
      points.length,
    rankCorrelation: rankCorrelation(
      points.map(({ predictedMs }) => predictedMs),
      points.map(({ measuredMs }) => measuredMs),
    ),
    firstTaught,
  };
}

function candidateReader(
  positions: ReportInput['header']['positions'],
  measured: readonly Measured[],
): (architecture: string) => ReturnType<CandidateFactory['candidateOf']> {
  const known = new Map(measured.map((candidate) => [candidate.architecture, candidate]));
  const architectures = [...known.keys()];
  const space = {
    choices: positions.map(({ choices }) => choices.length),
    genotypeOf: (architecture: string) => known.get(architecture)?.choices ?? [],
    featuresOf: (architecture: string) =>
      Float64Array.from(known.get(architecture)?.features ?? []),
  };
  const factory = new CandidateFactory(
    space,
    (architecture) => 100 - (known.get(architecture)?.accuracy ?? 0),
    architectures,
  );
  return (architecture) => factory.candidateOf(architecture);
}
