import { sql } from 'kysely';
import type { JobRecords } from '../job_records';
import { insertAttempts } from './attempts';
import type { Database } from './database';
import { jobFromRow } from './job_row';
import { endJob, insertJob } from './job_writes';

export function createJobRecords({ db, writes }: Database): JobRecords {
  return {
    save: (job) => writes.run((transaction) => insertJob(transaction, job)),
    async find({ ownerId, open }) {
      let query = db.selectFrom('jobs').selectAll();
      if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId);
      if (open !== undefined) query = query.where('state', open ? '=' : '<>', 'open');
      const found = await query
        .orderBy(sql`ended_sequence is null`)
        .orderBy('ended_sequence')
        .orderBy('job_id')
        .execute();
      return found.map(jobFromRow);
    },
    async commit(entries) {
      if (entries.length === 0) return;
      await writes.run(async (transaction) => {
        await insertAttempts(transaction, entries);
        for (const entry of entries)
          if (entry.kind === 'job-ended') await endJob(transaction, entry);
      });
    },
  };
}
