import { canonicalJson, referenceDigest } from '../../../proto/codec/training/content_digest';
import type { TrainingEnd } from '../../../common/training/training_task';
import { trainingEndSchema } from '../../../proto/codec/training/training_end';
import { trainingTaskSchema } from '../../../proto/codec/training/training_task';
import type { TrainingTaskRecords } from '../training_task_records';
import type { Database } from './database';
import { readDocument } from './document';

/** Below the parameters that SQLite takes in one statement, 8 of them a row. */
const rowsPerStatement = 100;

export function createTrainingTaskRecords({ db, writes }: Database): TrainingTaskRecords {
  return {
    async queue(tasks, atMs) {
      const rows = tasks.map(({ taskId, task }) => ({
        task_id: taskId,
        kind: task.kind,
        reference_digest: referenceDigest(task.reference),
        document: canonicalJson(task),
        state: 'queued' as const,
        end_document: null,
        queued_at_ms: atMs,
        ended_at_ms: null,
      }));
      for (const values of pagesOf(rows))
        await writes.run((transaction) =>
          transaction
            .insertInto('training_tasks')
            .values(values)
            .onConflict((conflict) => conflict.doNothing())
            .execute(),
        );
    },
    async end(taskId, end, atMs) {
      const { numUpdatedRows } = await writes.run((transaction) =>
        transaction
          .updateTable('training_tasks')
          .set({ state: end.kind, end_document: canonicalJson(end), ended_at_ms: atMs })
          .where('task_id', '=', taskId)
          .where('state', '=', 'queued')
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0;
    },
    async ends(taskIds) {
      const found = new Map<string, TrainingEnd>();
      for (const page of pagesOf(taskIds)) {
        const rows = await db
          .selectFrom('training_tasks')
          .select(['task_id', 'end_document'])
          .where('task_id', 'in', page)
          .where('state', '!=', 'queued')
          .execute();
        for (const row of rows) found.set(row.task_id, readEnd(row.end_document));
      }
      return found;
    },
    async ended({ referenceDigest: digest, kind, afterTaskId = '', most }) {
      const rows = await db
        .selectFrom('training_tasks')
        .select(['task_id', 'document', 'end_document'])
        .where('reference_digest', '=', digest)
        .where('kind', '=', kind)
        .where('state', '!=', 'queued')
        .where('task_id', '>', afterTaskId)
        .orderBy('task_id')
        .limit(most)
        .execute();
      return rows.map((row) => ({
        taskId: row.task_id,
        task: readDocument(trainingTaskSchema, row.document, 'task of training'),
        end: readEnd(row.end_document),
      }));
    },
  };
}

function readEnd(document: string | null): TrainingEnd {
  return readDocument(trainingEndSchema, document ?? 'null', 'end of a task');
}

function pagesOf<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  return Array.from({ length: Math.ceil(rows.length / rowsPerStatement) }, (_, page) =>
    rows.slice(page * rowsPerStatement, (page + 1) * rowsPerStatement),
  );
}
