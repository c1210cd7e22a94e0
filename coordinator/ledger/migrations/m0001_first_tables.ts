import { sql, type Kysely, type Migration } from 'kysely';

export const firstTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createSearches(db);
    await createJobs(db);
    await createOutcomes(db);
    await createInventory(db);
  },
};

async function createSearches(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('incarnations')
    .addColumn('number', 'bigint', (column) => column.primaryKey())
    .execute();
  await db.schema
    .createTable('searches')
    .addColumn('search_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('running', 'paused', 'stopped', 'finished')`),
    )
    .addColumn('spec_yaml', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('job_id', 'text', (column) => column.primaryKey())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('artifact_digest', 'text', (column) => column.notNull())
    .addColumn('artifact_size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('artifact_format', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('priority', 'double precision', (column) => column.notNull())
    .addColumn('weight', 'double precision', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('open', 'measured', 'infeasible', 'abandoned')`),
    )
    .addColumn('measured_device_serial', 'text')
    .addColumn('measured_epoch', 'bigint')
    .addColumn('fault_code', 'text')
    .addColumn('fault_message', 'text')
    .addColumn('ended_sequence', 'bigint', (column) => column.unique())
    .addColumn('ended_at_ms', 'bigint')
    .addCheckConstraint('jobs_ended_sequence', sql`(state = 'open') = (ended_sequence is null)`)
    .execute();
  await db.schema.createIndex('jobs_by_owner').on('jobs').columns(['owner_id', 'state']).execute();
  await db.schema.createIndex('jobs_by_state').on('jobs').column('state').execute();
  await db.schema
    .createTable('candidates')
    .addColumn('search_id', 'text', (column) => column.notNull().references('searches.search_id'))
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('architecture', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull().references('jobs.job_id'))
    .addPrimaryKeyConstraint('candidates_pk', ['search_id', 'target', 'sequence'])
    .addUniqueConstraint('candidates_once', ['search_id', 'target', 'architecture'])
    .execute();
}

async function createOutcomes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attempts')
    .addColumn('job_id', 'text', (column) => column.notNull().references('jobs.job_id'))
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('device_serial', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('artifact_digest', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('fault_code', 'text')
    .addColumn('fault_message', 'text')
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('attempts_pk', ['job_id', 'epoch'])
    .execute();
  await db.schema
    .createTable('measurements')
    .addColumn('job_id', 'text', (column) => column.primaryKey())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('device_serial', 'text', (column) => column.notNull())
    .addColumn('soc', 'text', (column) => column.notNull())
    .addColumn('latency_ms', 'double precision', (column) => column.notNull())
    .addColumn('p5_ms', 'double precision')
    .addColumn('p50_ms', 'double precision')
    .addColumn('p95_ms', 'double precision')
    .addColumn('mean_ms', 'double precision', (column) => column.notNull())
    .addColumn('sd_ms', 'double precision', (column) => column.notNull())
    .addColumn('sample_count', 'bigint', (column) => column.notNull())
    .addColumn('started_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('finished_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('measurements_attempt', ['job_id', 'epoch'], 'attempts', [
      'job_id',
      'epoch',
    ])
    .execute();
}

async function createInventory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('artifacts')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('devices')
    .addColumn('serial', 'text', (column) => column.primaryKey())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('last_seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('drained', 'integer', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .execute();
}
