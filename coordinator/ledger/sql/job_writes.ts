import type { Transaction } from 'kysely';
import { assert } from '../../../common/assert';
import type { JobRecord, LedgerEntry } from '../job_records';
import type { Schema } from '../schema';
import { nextEndedSequence } from './ended_sequence';
import { jobStateToColumns, jobToRow } from './job_row';

type JobEnd = Omit<Extract<LedgerEntry, { kind: 'job-ended' }>, 'kind'>;

/** A job that is there already changes nothing. */
export async function insertJob(db: Transaction<Schema>, job: JobRecord): Promise<void> {
  await db
    .insertInto('jobs')
    .values(jobToRow(job))
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
}

/** An end is final: a second one, the same or another, changes nothing. */
export async function endJob(transaction: Transaction<Schema>, entry: JobEnd): Promise<void> {
  assert(entry.state.kind !== 'open', 'a job that ended is not open');
  await transaction
    .updateTable('jobs')
    .set({
      ...jobStateToColumns(entry.state),
      ended_at_ms: entry.atMs,
      ended_sequence: nextEndedSequence,
    })
    .where('job_id', '=', entry.jobId)
    .where('state', '=', 'open')
    .execute();
}
