import { assert } from '../../../common/assert';
import type { DeviceKind } from '../../../common/device';
import type { Measurement } from '../../../common/measurement';
import type { EndRecord } from '../../ledger/proposal_records';
import type { SearchSpec } from '../../../search/spec/search_spec';
import { violationOfMeasured } from '../../../search/spec/violation';
import { relativeNoiseOf } from '../../../search/study/latency_interval';
import { observedIn } from '../../../search/study/observed';
import type { SearchParts } from '../search_parts';

/** Ends that are in memory at once for one reader, with their measurements. */
const endsPerPage = 100;

/** How one architecture ended on one target, as an outside searcher learns it. */
export interface EndView {
  /** Where to read on. */
  readonly cursor: number;
  readonly sequence: number;
  readonly architecture: string;
  readonly kind: 'measured' | 'reused' | 'infeasible' | 'abandoned';
  readonly accuracyPercent: number;
  /** Null where there is no measurement. */
  readonly latencyMs: number | null;
  /** By how much limits are exceeded, relative to them; Infinity when it cannot run there. */
  readonly violation: number;
  readonly sessions: number;
  /** Standard error of the latency over the sessions' medians, relative to it; null where fewer than two sessions tell. */
  readonly relativeNoise: number | null;
  /** Null where no model could be built. */
  readonly jobId: string | null;
  /** Null where there is no measurement; what a virtual phone says is simulated. */
  readonly deviceKind: DeviceKind | null;
  /** Why there is no measurement; empty when there is one. */
  readonly reason: string;
}

interface EndsAsked {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly target: string;
  /** A cursor; 0: from the first. */
  readonly after: number;
}

/** The next ends after a cursor, from the ledger, a page at most; none when nothing more has ended yet. */
export async function readEnds(
  { searchId, spec, target, after }: EndsAsked,
  { ledger, catalog }: Pick<SearchParts, 'ledger' | 'catalog'>,
): Promise<readonly EndView[]> {
  const ends = await ledger.proposals.ends({ searchId, target, after }, endsPerPage);
  const measurements = await ledger.measurements.of(
    ends.flatMap(({ state }) => (state.kind === 'ended' ? [state.jobId] : [])),
  );
  const constraints = spec.targets.find(({ name }) => name === target)?.constraints ?? {};
  const accuracy = catalog.accuracy(spec);
  return ends.map(({ endedSequence, sequence, architecture, state }) => ({
    ...{
      cursor: endedSequence,
      sequence,
      architecture,
      accuracyPercent: accuracy.accuracyOf(architecture).percent,
      jobId: state.kind === 'ended' ? state.jobId : null,
    },
    ...outcomeOf(
      state,
      state.kind === 'ended' ? measurements.get(state.jobId) : undefined,
      (measurement) => violationOfMeasured(constraints, observedIn(measurement)),
    ),
  }));
}

type EndDetails = Omit<
  EndView,
  'cursor' | 'sequence' | 'architecture' | 'accuracyPercent' | 'jobId'
>;

const unmeasured = { latencyMs: null, sessions: 0, relativeNoise: null, deviceKind: null } as const;

function outcomeOf(
  state: EndRecord['state'],
  measurement: Measurement | undefined,
  violationOf: (measurement: Measurement) => number,
): EndDetails {
  if (state.kind === 'unbuilt')
    return {
      ...unmeasured,
      kind: 'abandoned',
      violation: 0,
      reason: "its model could not be built; the coordinator's log says why",
    };
  const { job } = state;
  switch (job.kind) {
    case 'measured':
    case 'reused':
      assert(measurement !== undefined, `the measurement of ${state.jobId} is in the ledger`);
      return {
        kind: job.kind,
        latencyMs: measurement.latencyMs,
        violation: violationOf(measurement),
        sessions: measurement.sessionSummaries.length,
        relativeNoise: relativeNoiseOf(measurement),
        deviceKind: measurement.conditions.deviceKind,
        reason: '',
      };
    case 'infeasible':
      return {
        ...unmeasured,
        kind: 'infeasible',
        violation: job.refusedBy.kind === 'limit' ? job.refusedBy.excess : Infinity,
        reason: job.fault.message,
      };
    case 'abandoned':
      return { ...unmeasured, kind: 'abandoned', violation: 0, reason: job.fault.message };
  }
}
