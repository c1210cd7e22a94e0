import type { Kysely, Migration } from 'kysely';

/** Candidate faults keep what was refused, where and why. */
export const refusals: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('jobs').addColumn('fault_refusal', 'text').execute();
    await db.schema.alterTable('attempts').addColumn('fault_refusal', 'text').execute();
  },
};
