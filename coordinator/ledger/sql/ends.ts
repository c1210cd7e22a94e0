import { sql, type Kysely } from 'kysely';
import { assert } from '../../../common/assert';
import type { EndRecord, EndsAfter } from '../proposal_records';
import type { Schema } from '../schema';
import { nextEndedSequence } from './ended_sequence';
import { jobStateFromColumns } from './job_row';

export async function selectEnds(
  db: Kysely<Schema>,
  from: EndsAfter,
  limit: number,
): Promise<readonly EndRecord[]> {
  // What ends between the two statements would let the second overtake the first.
  const { last } = await db
    .selectNoFrom(sql<number>`${nextEndedSequence} - 1`.as('last'))
    .executeTakeFirstOrThrow();
  const page = { ...from, last, limit };
  const ends = [...(await selectJobEnds(db, page)), ...(await selectUnbuilt(db, page))];
  return ends.sort((a, b) => a.endedSequence - b.endedSequence).slice(0, limit);
}

interface EndsPage extends EndsAfter {
  readonly last: number;
  readonly limit: number;
}

async function selectJobEnds(
  db: Kysely<Schema>,
  { searchId, target, after, last, limit }: EndsPage,
): Promise<readonly EndRecord[]> {
  const found = await db
    .selectFrom('jobs')
    .innerJoin('candidates', 'candidates.job_id', 'jobs.job_id')
    .select([
      'jobs.job_id',
      'jobs.state',
      'measured_device_serial',
      'measured_epoch',
      'reused_job_id',
      'fault_code',
      'fault_message',
      'fault_refusal',
      'violation',
      'ended_sequence',
      'sequence',
      'architecture',
    ])
    .where('jobs.owner_id', '=', searchId)
    .where('jobs.target', '=', target)
    .where('ended_sequence', '>', after)
    .where('ended_sequence', '<=', last)
    .orderBy('ended_sequence')
    .limit(limit)
    .execute();
  return found.map((row) => {
    const job = jobStateFromColumns(row);
    assert(
      job.kind !== 'open' && row.ended_sequence !== null,
      'a job that has a place among the ends has ended',
    );
    return {
      sequence: row.sequence,
      architecture: row.architecture,
      endedSequence: row.ended_sequence,
      state: { kind: 'ended', jobId: row.job_id, job },
    };
  });
}

async function selectUnbuilt(
  db: Kysely<Schema>,
  { searchId, target, after, last, limit }: EndsPage,
): Promise<readonly EndRecord[]> {
  const found = await db
    .selectFrom('proposals')
    .select(['sequence', 'architecture', 'ended_sequence'])
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where('ended_sequence', '>', after)
    .where('ended_sequence', '<=', last)
    .orderBy('ended_sequence')
    .limit(limit)
    .execute();
  return found.map(({ sequence, architecture, ended_sequence }) => {
    assert(ended_sequence !== null, 'it was found by its place among the ends');
    return { sequence, architecture, endedSequence: ended_sequence, state: { kind: 'unbuilt' } };
  });
}
