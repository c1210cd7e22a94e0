import type { DeviceDescription } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import type { CandidateRecord, JobRecord, JobState, SearchRecord } from '../ledger/ledger';
import type { Position } from '../search/additive_accuracy';
import { standing } from '../search/expectation';
import type { SearchSpec } from '../search/spec';
import type { SearchParts } from './search_parts';
import { secondLookJobs, secondLookKey } from './second_look';
import type { FrontView } from './search_view';

/** All that a search tried, for reports and for people who compute with it. */
export interface SearchHistory {
  readonly specYaml: string;
  readonly positions: readonly Position[];
  /** By target: after each measurement that counted. */
  readonly hypervolumes: ReadonlyMap<string, readonly number[]>;
  /** Those that are registered. */
  readonly devices: readonly DeviceDescription[];
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
  readonly state: JobState;
  readonly endedSequence: number | null;
  readonly jobId: string;
  readonly measurement: Measurement | undefined;
}

type HistoryParts = Pick<SearchParts, 'ledger' | 'catalog' | 'specs'>;

/** Candidates whose measurements are in memory at once. */
const candidatesPerPage = 200;

/** `fronts`: of all targets. @throws BadInputError for a specification that this version no longer takes */
export async function readHistory({ searchId, specYaml }: SearchRecord, fronts: readonly FrontView[], parts: HistoryParts): Promise<SearchHistory> {
  const spec = await parts.specs.read(specYaml, `search ${searchId}`);
  const devices = (await parts.ledger.devices()).map(({ description }) => description);
  const hypervolumes = new Map(fronts.map((front) => [front.target, front.hypervolumes]));
  return { specYaml, positions: parts.catalog.positions(spec), hypervolumes, devices, candidates: readCandidates(searchId, spec, parts) };
}

async function* readCandidates(searchId: string, spec: SearchSpec, { ledger, catalog }: HistoryParts): AsyncGenerator<PastCandidate> {
  const candidates = await ledger.candidates(searchId);
  const jobs = new Map((await ledger.jobs({ ownerId: searchId })).map((record) => [record.job.jobId, record]));
  const looks = secondLookJobs(await ledger.confirmations(searchId));
  const space = catalog.space(spec);
  const accuracyPercentOf = catalog.accuracyPercentOf(spec);
  const describe = ({ target, sequence, architecture, jobId }: CandidateRecord, { state, endedSequence }: JobRecord, measurement: Measurement | undefined): PastCandidate => ({
    target, sequence, architecture, jobId, state, endedSequence, measurement,
    choices: space.genotypeOf(architecture),
    features: space.featuresOf(architecture),
    accuracyPercent: accuracyPercentOf(architecture),
  });
  for (let start = 0; start < candidates.length; start += candidatesPerPage) {
    const page = candidates.slice(start, start + candidatesPerPage);
    const measurements = await ledger.measurements(page.flatMap((candidate) => [candidate.jobId, looks.get(secondLookKey(candidate)) ?? candidate.jobId]));
    const measurementOf = (candidate: CandidateRecord): Measurement | undefined => {
      const first = measurements.get(candidate.jobId);
      return first && standing(first, measurements.get(looks.get(secondLookKey(candidate)) ?? '') ?? first);
    };
    for (const candidate of page) {
      const record = jobs.get(candidate.jobId);
      // One that was proposed after the jobs were read.
      if (record === undefined) continue;
      const isMeasured = record.state.kind === 'measured' || record.state.kind === 'reused';
      yield describe(candidate, record, isMeasured ? measurementOf(candidate) : undefined);
    }
  }
}
