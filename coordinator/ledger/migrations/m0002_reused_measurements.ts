import type { Kysely, Migration } from 'kysely';

/** A job may end with the measurement of an earlier one, which is found by its model. */
export const reusedMeasurements: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('jobs')
      .addColumn('reused_job_id', 'text', (column) => column.references('jobs.job_id'))
      .execute();
    await db.schema
      .createIndex('jobs_by_artifact')
      .on('jobs')
      .columns(['artifact_digest', 'target'])
      .execute();
  },
};
