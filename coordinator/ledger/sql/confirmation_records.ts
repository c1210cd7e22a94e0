import { assert } from '../../../common/assert';
import type { ConfirmationRecord, ConfirmationRecords } from '../confirmation_records';
import type { ConfirmationTable } from '../schema';
import type { Database } from './database';
import { insertJob } from './job_writes';

export function createConfirmationRecords({ db, writes }: Database): ConfirmationRecords {
  return {
    async save(confirmation, job) {
      assert(
        confirmation.jobId === job.job.jobId && job.state.kind === 'open',
        'a confirmation is saved with its own job, open',
      );
      await writes.run(async (transaction) => {
        await insertJob(transaction, job);
        await transaction
          .insertInto('confirmations')
          .values(toRow(confirmation))
          .onConflict((conflict) => conflict.column('job_id').doNothing())
          .execute();
      });
    },
    async of(searchId) {
      const found = await db
        .selectFrom('confirmations')
        .selectAll()
        .where('search_id', '=', searchId)
        .orderBy('target')
        .orderBy('sequence')
        .execute();
      return found.map(fromRow);
    },
  };
}

function toRow({
  searchId,
  target,
  sequence,
  architecture,
  round,
  jobId,
}: ConfirmationRecord): ConfirmationTable {
  return { job_id: jobId, search_id: searchId, target, sequence, architecture, round };
}

function fromRow(row: ConfirmationTable): ConfirmationRecord {
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    round: row.round,
    jobId: row.job_id,
  };
}
