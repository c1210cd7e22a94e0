import type { Transaction } from 'kysely';
import type { JobResult } from '../../../common/job';
import type { LedgerEntry } from '../job_records';
import type { AttemptTable, Schema } from '../schema';
import { faultToColumns } from './job_row';
import { measurementToRow } from './measurement_row';
import { statementPages } from './statement_pages';

/**
 * Few statements with many rows: preparing one costs more than running it. Only the first result of a lease counts, and
 * only the first measurement of a job.
 */
export async function insertAttempts(
  transaction: Transaction<Schema>,
  entries: readonly LedgerEntry[],
): Promise<void> {
  for (const some of statementPages(entries.filter((entry) => entry.kind === 'attempt'))) {
    const attempts = some.map((entry) => attemptToRow(entry.result, entry.atMs));
    const inserted = await transaction
      .insertInto('attempts')
      .values(attempts)
      .onConflict((conflict) => conflict.columns(['job_id', 'epoch']).doNothing())
      .returning(['job_id', 'epoch'])
      .execute();
    const isNew = new Set(inserted.map((row) => leaseKey(row.job_id, row.epoch)));
    const measurements = some.flatMap(({ result }) => {
      const { lease, outcome } = result;
      // Taken out once used: the same lease can be in one batch twice.
      return outcome.kind === 'measured' && isNew.delete(leaseKey(lease.jobId, lease.epoch))
        ? [measurementToRow(result, outcome.measurement)]
        : [];
    });
    if (measurements.length === 0) continue;
    await transaction
      .insertInto('measurements')
      .values(measurements)
      .onConflict((conflict) => conflict.column('job_id').doNothing())
      .execute();
  }
}

function leaseKey(jobId: string, epoch: number): string {
  return `${String(epoch)}:${jobId}`;
}

function attemptToRow(
  { lease, agentId, artifactDigest, outcome }: JobResult,
  atMs: number,
): AttemptTable {
  const fault =
    outcome.kind === 'measured'
      ? { fault_code: null, fault_message: null, fault_refusal: null }
      : faultToColumns(outcome);
  return {
    job_id: lease.jobId,
    epoch: lease.epoch,
    device_serial: lease.deviceSerial,
    agent_id: agentId,
    artifact_digest: artifactDigest,
    outcome: outcome.kind,
    ...fault,
    at_ms: atMs,
  };
}
