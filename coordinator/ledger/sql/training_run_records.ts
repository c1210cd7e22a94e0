import type { TrainingRunTable } from '../schema';
import type { TrainingRunRecord, TrainingRunRecords } from '../training_run_records';
import type { Database } from './database';

export function createTrainingRunRecords({ db, writes }: Database): TrainingRunRecords {
  return {
    async save(run) {
      const row = toRow(run);
      await writes.run((transaction) =>
        transaction
          .insertInto('training_runs')
          .values(row)
          .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
          .execute(),
      );
    },
    async find(runId) {
      const row = await db
        .selectFrom('training_runs')
        .selectAll()
        .where('run_id', '=', runId)
        .executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },
    async list(most, state) {
      const all = db
        .selectFrom('training_runs')
        .selectAll()
        .orderBy('created_at_ms', 'desc')
        .orderBy('run_id')
        .limit(most);
      const rows = await (state === undefined ? all : all.where('state', '=', state)).execute();
      return rows.map(fromRow);
    },
  };
}

function toRow(run: TrainingRunRecord): TrainingRunTable {
  return {
    run_id: run.runId,
    kind: run.kind,
    reference: run.reference,
    request: run.requestJson,
    state: run.state,
    outcome: run.outcomeJson,
    detail: run.detail,
    created_at_ms: run.createdAtMs,
    ended_at_ms: run.endedAtMs,
  };
}

function fromRow(row: TrainingRunTable): TrainingRunRecord {
  return {
    runId: row.run_id,
    kind: row.kind,
    reference: row.reference,
    requestJson: row.request,
    state: row.state,
    outcomeJson: row.outcome,
    detail: row.detail,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}
