import type { DeviceDescription } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import type { CandidateRecord } from '../ledger/candidate_records';
import type { ConfirmationRecord } from '../ledger/confirmation_records';
import type { JobRecordState } from '../ledger/job_records';
import type { SearchRecord } from '../ledger/search_records';
import type { Position } from '../../model/space/space';
import { standing } from '../../search/strategy/expectation';
import type { SearchSpec } from '../../search/spec/search_spec';
import { accuracyStatement, type AccuracyStatement } from './accuracy_statement';
import { wasStopped } from './job_events';
import type { SearchParts } from './search_parts';
import { secondLookRound } from '../../search/study/second_look';
import { secondLookJobs, trialKey } from './second_look_jobs';
import type { FrontView } from './search_view';

/** All that a search tried, for reports and for people who compute with it. */
export interface SearchHistory {
  readonly specYaml: string;
  readonly positions: readonly Position[];
  /** By target: after each measurement that counted. */
  readonly hypervolumes: ReadonlyMap<string, readonly number[]>;
  /** Those that are registered. */
  readonly devices: readonly DeviceDescription[];
  readonly statement: AccuracyStatement;
  /** By target in the order of proposal. Read from the ledger page by page while it is consumed. */
  readonly candidates: AsyncIterable<PastCandidate>;
}

export interface PastCandidate {
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  readonly choices: readonly number[];
  readonly features: Float64Array;
  readonly accuracyPercent: number;
  /** `stopped`: on its way when the search was stopped. */
  readonly state: JobRecordState | { readonly kind: 'stopped' };
  readonly endedSequence: number | null;
  readonly jobId: string;
  readonly measurement: Measurement | undefined;
  /** Those that measured it again at the end. */
  readonly confirmations: readonly Measurement[];
}

type HistoryParts = Pick<SearchParts, 'ledger' | 'catalog' | 'specs'>;

/** Candidates whose measurements are in memory at once. */
const candidatesPerPage = 200;

/** `fronts`: of all targets. @throws BadInputError for a specification that this version no longer takes */
export async function readHistory(
  { searchId, specYaml }: SearchRecord,
  fronts: readonly FrontView[],
  parts: HistoryParts,
): Promise<SearchHistory> {
  const spec = await parts.specs.read(specYaml, `search ${searchId}`);
  const devices = (await parts.ledger.devices.all()).map(({ description }) => description);
  const hypervolumes = new Map(fronts.map((front) => [front.target, front.hypervolumes]));
  return {
    specYaml,
    positions: parts.catalog.space(spec).positions,
    hypervolumes,
    devices,
    statement: accuracyStatement(spec, parts.catalog.accuracy(spec)),
    candidates: readCandidates(searchId, spec, parts),
  };
}

async function* readCandidates(
  searchId: string,
  spec: SearchSpec,
  { ledger, catalog }: HistoryParts,
): AsyncGenerator<PastCandidate> {
  const candidates = await ledger.candidates.of(searchId);
  const jobs = new Map(
    (await ledger.jobs.find({ ownerId: searchId })).map((record) => [record.job.jobId, record]),
  );
  const again = await ledger.confirmations.of(searchId);
  const looks = secondLookJobs(again);
  const confirmed = confirmedJobs(again);
  const space = catalog.space(spec);
  const accuracy = catalog.accuracy(spec);
  for (let start = 0; start < candidates.length; start += candidatesPerPage) {
    const page = candidates.slice(start, start + candidatesPerPage);
    const jobIds = page.flatMap((candidate) => [
      candidate.jobId,
      looks.get(trialKey(candidate)) ?? candidate.jobId,
      ...(confirmed.get(trialKey(candidate)) ?? []),
    ]);
    const measurements = await ledger.measurements.of(jobIds);
    const measurementOf = (candidate: CandidateRecord): Measurement | undefined => {
      const first = measurements.get(candidate.jobId);
      return (
        first && standing(first, measurements.get(looks.get(trialKey(candidate)) ?? '') ?? first)
      );
    };
    for (const candidate of page) {
      const { target, sequence, architecture, jobId } = candidate;
      const record = jobs.get(jobId);
      // One that was proposed after the jobs were read.
      if (record === undefined) continue;
      const isMeasured = record.state.kind === 'measured' || record.state.kind === 'reused';
      yield {
        ...{ target, sequence, architecture, jobId, endedSequence: record.endedSequence },
        state: wasStopped(record.state) ? { kind: 'stopped' } : record.state,
        measurement: isMeasured ? measurementOf(candidate) : undefined,
        confirmations: (confirmed.get(trialKey(candidate)) ?? []).flatMap(
          (each) => measurements.get(each) ?? [],
        ),
        choices: space.genotypeOf(architecture),
        features: space.featuresOf(architecture),
        accuracyPercent: accuracy.accuracyOf(architecture).percent,
      };
    }
  }
}

/** The jobs that measured a candidate again, by its target and architecture. */
function confirmedJobs(
  confirmations: readonly ConfirmationRecord[],
): ReadonlyMap<string, readonly string[]> {
  const jobIds = new Map<string, string[]>();
  for (const confirmation of confirmations) {
    if (confirmation.round === secondLookRound) continue;
    const place = trialKey(confirmation);
    jobIds.set(place, [...(jobIds.get(place) ?? []), confirmation.jobId]);
  }
  return jobIds;
}
