import type { Kysely, Migration } from 'kysely';

/** A job that was never run, because it breaks limits, says by how much. */
export const violations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('jobs').addColumn('violation', 'double precision').execute();
  },
};
