import { assert } from '../../common/assert';
import type { JobEnded, Memory, StudyEvent } from '../../search/study/event';
import type { JobRecord } from '../ledger/job_records';
import type { SearchRecord } from '../ledger/search_records';
import { endOfRecord, wasStopped } from './job_events';
import type { SearchParts } from './search_parts';

/** Ends that are replayed before the event loop gets a turn: some milliseconds of work. */
const replayedPerTurn = 200;

type MemoryLedger = Pick<
  SearchParts['ledger'],
  'searches' | 'jobs' | 'candidates' | 'confirmations' | 'proposals' | 'measurements'
>;

/** All that the ledger has of a search, as events for its study: first what it began, then how that ended, in its order. */
export async function* replayEvents(
  { searchId, state }: SearchRecord,
  ledger: MemoryLedger,
): AsyncGenerator<StudyEvent> {
  const jobs = await ledger.jobs.find({ ownerId: searchId });
  yield { kind: 'remembered', memory: await readMemory(searchId, jobs, ledger) };
  // What was on its way as a search was stopped has not ended.
  const ended = jobs.filter((job) => !(state === 'stopped' && wasStopped(job.state)));
  for (let start = 0; start < ended.length; start += replayedPerTurn)
    yield {
      kind: 'replayed',
      ends: await readEnds(ended.slice(start, start + replayedPerTurn), ledger),
    };
  yield { kind: 'replay-ended' };
}

async function readMemory(
  searchId: string,
  jobs: readonly JobRecord[],
  ledger: MemoryLedger,
): Promise<Memory> {
  const byId = new Map(jobs.map(({ job }) => [job.jobId, job]));
  const withJob = <Row extends { readonly jobId: string }>(row: Row) => {
    const job = byId.get(row.jobId);
    assert(job !== undefined, `${row.jobId} has its job`);
    return { ...row, job };
  };
  const candidates = (await ledger.candidates.of(searchId)).map(withJob);
  const confirmations = (await ledger.confirmations.of(searchId)).map(withJob);
  const proposals = await ledger.proposals.of(searchId);
  return {
    trials: candidates.sort((a, b) => a.sequence - b.sequence),
    remeasurements: confirmations,
    extensions: await ledger.searches.extensions(searchId),
    offers: proposals.map((offer) => ({ ...offer, isWaiting: offer.state === 'waiting' })),
  };
}

async function readEnds(
  jobs: readonly JobRecord[],
  ledger: MemoryLedger,
): Promise<readonly JobEnded[]> {
  const measurements = await ledger.measurements.of(jobs.map(({ job }) => job.jobId));
  return jobs.flatMap((record) => {
    const { jobId } = record.job;
    const end = endOfRecord(record, measurements.get(jobId));
    return end === undefined ? [] : [{ jobId, end }];
  });
}
