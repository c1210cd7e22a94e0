import { picksOf, type FrontPick } from '../../../search/front/front_pick';
import { parseSearchSpec, type SearchSpec } from '../../../search/spec/search_spec';
import { choiceShares, type ChoiceShare } from './choice_share';
import {
  caveatsByTarget,
  devicesAtWork,
  toolsAtWork,
  type CaveatUse,
  type DeviceUse,
  type ToolUse,
} from './conditions';
import { failuresByKind, type FailureKind } from './failures';
import { predictOneAfterAnother, type Prediction } from './prediction';
import type { ReportCandidate, ReportInput, ReportMeasurement, ReportPoint } from './report_input';
import { tallyOf, type Tally } from './tally';

export interface MeasuredNetwork extends ReportCandidate {
  readonly measurement: ReportMeasurement;
}

export interface TargetReport {
  readonly progress: ReportInput['search']['targets'][number];
  readonly tally: Tally;
  /** Any of its measurements is simulated. */
  readonly isVirtual: boolean;
  /** Fastest first. */
  readonly front: readonly ReportPoint[];
  /** Would be on the front, were their latencies known to better than their own size. */
  readonly uncertain: readonly ReportPoint[];
  /** What the front dominates, by the reference of `hypervolumes`. */
  readonly frontHypervolume: number;
  /** Networks of the front that stand out. */
  readonly picks: readonly FrontPick[];
  /** In the order in which they came in, reused ones included. */
  readonly measured: readonly MeasuredNetwork[];
  /** After each network's first measurement. */
  readonly hypervolumes: readonly number[];
  readonly latencyMsMax: number | undefined;
  /** By position; empty without a front. */
  readonly shares: readonly (readonly ChoiceShare[])[];
  readonly prediction: Prediction | undefined;
}

/** All that a report says, computed. */
export interface ReportData {
  readonly search: ReportInput['search'];
  readonly spec: SearchSpec;
  readonly specYaml: string;
  readonly targets: readonly TargetReport[];
  readonly devices: readonly DeviceUse[];
  readonly tools: readonly ToolUse[];
  readonly caveats: readonly CaveatUse[];
  readonly failures: readonly FailureKind[];
  /** What its accuracies are, and its weights. */
  readonly statement: Pick<ReportInput['header'], 'accuracySource' | 'weights'>;
  readonly made: { readonly atMs: number; readonly farmVersion: string };
}

/** @throws BadInputError for a specification that this version does not take */
export function computeReport(
  { search, fronts, header, candidates }: ReportInput,
  made: ReportData['made'],
): ReportData {
  const spec = parseSearchSpec(header.specYaml, `search ${search.searchId}`);
  const inOrder = candidates
    .filter(isMeasured)
    .sort((a, b) => (a.endedSequence ?? 0) - (b.endedSequence ?? 0));
  const targets = search.targets.map((progress): TargetReport => {
    const {
      points: front = [],
      uncertain = [],
      hypervolume: frontHypervolume = 0,
    } = fronts.find(({ target }) => target === progress.target) ?? {};
    const ofTarget = candidates.filter(({ target }) => target === progress.target);
    const measured = inOrder.filter(({ target }) => target === progress.target);
    const names = new Set(front.map(({ architecture }) => architecture));
    return {
      ...{
        progress,
        front,
        uncertain,
        frontHypervolume,
        measured,
        tally: tallyOf(ofTarget),
        isVirtual: ofTarget.some(isSimulated),
      },
      picks: picksOf(front.map((point) => ({ ...point, accuracyPercent: point.accuracy }))),
      hypervolumes:
        header.targets.find(({ target }) => target === progress.target)?.hypervolumes ?? [],
      latencyMsMax: spec.targets.find(({ name }) => name === progress.target)?.constraints
        .latencyMsMax,
      shares: choiceShares(
        header.positions,
        measured.filter(({ architecture }) => names.has(architecture)),
        measured,
      ),
      prediction: predictOneAfterAnother(header.positions, measured),
    };
  });
  return {
    search,
    spec,
    targets,
    made,
    specYaml: header.specYaml,
    devices: devicesAtWork(candidates, header.devices),
    tools: toolsAtWork(candidates),
    caveats: caveatsByTarget(candidates),
    failures: failuresByKind(candidates),
    statement: { accuracySource: header.accuracySource, weights: header.weights },
  };
}

function isMeasured(candidate: ReportCandidate): candidate is MeasuredNetwork {
  return candidate.measurement !== null;
}

function isSimulated({ measurement, confirmations }: ReportCandidate): boolean {
  return [...(measurement === null ? [] : [measurement]), ...confirmations].some(
    ({ deviceKind }) => deviceKind === 'virtual',
  );
}
