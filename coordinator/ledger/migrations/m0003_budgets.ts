import { sql, type Kysely, type Migration } from 'kysely';

/** Searches know how long they have run, and their budgets grow. */
export const budgets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('searches')
      .addColumn('ran_ms', 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('searches').addColumn('running_since_ms', 'bigint').execute();
    await sql`update searches set running_since_ms = created_at_ms where state = 'running'`.execute(
      db,
    );
    await db.schema
      .createTable('search_extensions')
      .addColumn('search_id', 'text', (column) => column.notNull().references('searches.search_id'))
      .addColumn('extension_id', 'text', (column) => column.notNull())
      .addColumn('measurements', 'bigint', (column) => column.notNull())
      .addColumn('phone_minutes', 'double precision', (column) => column.notNull())
      .addColumn('wall_minutes', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('search_extensions_pk', ['search_id', 'extension_id'])
      .execute();
  },
};
