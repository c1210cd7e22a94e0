import type { Kysely, Migration } from 'kysely';

/** What is measured again at the end of a search is no candidate. */
export const confirmations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('confirmations')
      .addColumn('job_id', 'text', (column) => column.primaryKey().references('jobs.job_id'))
      .addColumn('search_id', 'text', (column) => column.notNull().references('searches.search_id'))
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('architecture', 'text', (column) => column.notNull())
      .addColumn('round', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('confirmations_in_order', ['search_id', 'target', 'sequence'])
      .addUniqueConstraint('confirmations_once', ['search_id', 'target', 'architecture', 'round'])
      .execute();
  },
};
