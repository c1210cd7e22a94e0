import type { Kysely, Migration } from 'kysely';

/** What the nonces of leases are made with. It outlives restarts, since results do. One row. */
export const leaseSecret: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('lease_secret')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('secret', 'text', (column) => column.notNull())
      .execute();
  },
};
