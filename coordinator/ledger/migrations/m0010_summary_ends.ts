import type { Kysely, Migration } from 'kysely';

/** A summary says up to which end of a job it speaks: one that was under way when its search was stopped may end after it. */
export const summaryEnds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('search_summaries').addColumn('last_end', 'bigint').execute();
    await db.schema
      .createIndex('jobs_by_owner_and_end')
      .on('jobs')
      .columns(['owner_id', 'ended_sequence'])
      .execute();
  },
};
