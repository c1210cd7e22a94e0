import type { Kysely, Migration } from 'kysely';

/** What outside searchers propose is kept before they are answered, and the ends of a search's target are read from any one on. */
export const proposals: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('proposals')
      .addColumn('search_id', 'text', (column) => column.notNull().references('searches.search_id'))
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('architecture', 'text', (column) => column.notNull())
      .addColumn('ended_sequence', 'bigint', (column) => column.unique())
      .addPrimaryKeyConstraint('proposals_pk', ['search_id', 'target', 'sequence'])
      .addUniqueConstraint('proposals_once', ['search_id', 'target', 'architecture'])
      .execute();
    await db.schema
      .createIndex('proposals_by_end')
      .on('proposals')
      .columns(['search_id', 'target', 'ended_sequence'])
      .execute();
    await db.schema
      .createIndex('jobs_by_end')
      .on('jobs')
      .columns(['owner_id', 'target', 'ended_sequence'])
      .execute();
    await db.schema.createIndex('candidates_by_job').on('candidates').column('job_id').execute();
  },
};
