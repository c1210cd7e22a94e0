import type { Transaction } from 'kysely';
import { assert } from '../../../common/assert';
import type { CandidateRecord, CandidateRecords } from '../candidate_records';
import type { CandidateTable, Schema } from '../schema';
import type { Database } from './database';
import { endJob, insertJob } from './job_writes';

export function createCandidateRecords({ db, writes }: Database): CandidateRecords {
  return {
    async save(candidate, job, ending) {
      assert(
        candidate.jobId === job.job.jobId && job.state.kind === 'open',
        'a candidate is saved with its own job, open',
      );
      await writes.run(async (transaction) => {
        if (await hasCandidate(transaction, candidate)) return;
        await insertJob(transaction, job);
        await transaction.insertInto('candidates').values(toRow(candidate)).execute();
        if (ending !== undefined) await endJob(transaction, { jobId: candidate.jobId, ...ending });
      });
    },
    async of(searchId) {
      const found = await db
        .selectFrom('candidates')
        .selectAll()
        .where('search_id', '=', searchId)
        .orderBy('target')
        .orderBy('sequence')
        .execute();
      return found.map(fromRow);
    },
  };
}

async function hasCandidate(
  transaction: Transaction<Schema>,
  { searchId, target, sequence, architecture }: CandidateRecord,
): Promise<boolean> {
  const found = await transaction
    .selectFrom('candidates')
    .select('job_id')
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where((where) =>
      where.or([where('sequence', '=', sequence), where('architecture', '=', architecture)]),
    )
    .executeTakeFirst();
  return found !== undefined;
}

function toRow(candidate: CandidateRecord): CandidateTable {
  const { searchId, target, sequence, architecture, jobId } = candidate;
  return { search_id: searchId, target, sequence, architecture, job_id: jobId };
}

function fromRow(row: CandidateTable): CandidateRecord {
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    jobId: row.job_id,
  };
}
