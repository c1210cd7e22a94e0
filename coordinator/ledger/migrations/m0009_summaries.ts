import type { Kysely, Migration } from 'kysely';

/** What is shown of a search that has ended is kept instead of computed from its measurements. */
export const summaries: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('search_summaries')
      .addColumn('search_id', 'text', (column) =>
        column.primaryKey().references('searches.search_id'),
      )
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
  },
};
