import type { Kysely, Migration } from 'kysely';

/** References, the tasks of training with what they came to, the runs that asked for them, and predictors. */
export const training: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('training_references')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('digest', 'text', (column) => column.notNull().unique())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('training_tasks')
      .addColumn('task_id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('reference_digest', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('end_document', 'text')
      .addColumn('queued_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .execute();
    await db.schema
      .createIndex('training_tasks_by_reference')
      .on('training_tasks')
      .columns(['reference_digest', 'kind', 'task_id'])
      .execute();
    await db.schema
      .createTable('training_runs')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('reference', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text')
      .addColumn('detail', 'text')
      .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .execute();
    await db.schema
      .createTable('predictors')
      .addColumn('reference_digest', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('predictors_key', ['reference_digest', 'version'])
      .execute();
  },
};
