import type { Job, Lease, Outcome } from '../../common/job';
import { formatTarget } from '../../common/target';
import type { JobConclusion } from '../../coordinator/schedule/state/job';
import type { SchedulerEffect } from '../../coordinator/schedule/event/effect';
import type { JobOwner } from '../../coordinator/schedule/state/owner';

export type LedgerWrite = Extract<
  SchedulerEffect,
  { readonly kind: 'record-attempt' | 'job-ended' }
>;

interface JobRow {
  readonly job: Job;
  readonly owner: JobOwner;
  state: { readonly kind: 'open' } | { readonly kind: 'given-up' } | JobConclusion;
}

/** The durable memory: survives every crash, commits all or nothing, and has unique keys. */
export class LedgerModel {
  readonly rows = new Map<string, JobRow>();
  readonly attempts = new Map<string, { readonly lease: Lease; readonly outcome: Outcome }>();
  readonly agentIds = new Set<string>();
  readonly pausedOwnerIds = new Set<string>();
  readonly endedOwnerIds = new Set<string>();
  incarnations = 0;
  openCount = 0;

  beginIncarnation(): number {
    this.incarnations += 1;
    return this.incarnations;
  }

  saveJob(job: Job, owner: JobOwner): void {
    if (this.rows.has(job.jobId)) return;
    this.rows.set(job.jobId, { job, owner, state: { kind: 'open' } });
    this.openCount += 1;
  }

  endOwner(ownerId: string): void {
    this.endedOwnerIds.add(ownerId);
    for (const row of this.openJobs())
      if (row.owner.ownerId === ownerId) this.close(row, { kind: 'given-up' });
  }

  commit(writes: readonly LedgerWrite[]): void {
    for (const write of writes) {
      if (write.kind === 'record-attempt') this.saveAttempt(write.lease, write.outcome);
      else this.endJob(write.jobId, write.end);
    }
  }

  isOpen(jobId: string): boolean {
    return this.rows.get(jobId)?.state.kind === 'open';
  }

  hasAttempt(lease: Lease): boolean {
    return this.attempts.has(keyOf(lease));
  }

  hasNewerAttempt(lease: Lease): boolean {
    for (const attempt of this.attempts.values())
      if (attempt.lease.jobId === lease.jobId && attempt.lease.epoch > lease.epoch) return true;
    return false;
  }

  /** Measurements that count, by job: one each, or the farm has counted twice. */
  measurements(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { lease, outcome } of this.attempts.values()) {
      if (outcome.kind === 'measured') counts.set(lease.jobId, (counts.get(lease.jobId) ?? 0) + 1);
    }
    return counts;
  }

  /** Other jobs for the same bytes on the same target. */
  sameModelAs(jobId: string): readonly string[] {
    const own = this.rows.get(jobId);
    return [...this.rows]
      .filter(
        ([other, { job }]) =>
          other !== jobId &&
          job.artifact.digest === own?.job.artifact.digest &&
          formatTarget(job.target) === formatTarget(own.job.target),
      )
      .map(([other]) => other);
  }

  openJobs(): readonly JobRow[] {
    return [...this.rows.values()].filter((row) => row.state.kind === 'open');
  }

  private saveAttempt(lease: Lease, outcome: Outcome): void {
    const key = keyOf(lease);
    const known = this.attempts.get(key);
    if (known === undefined) this.attempts.set(key, { lease, outcome });
    else if (known.outcome.kind !== outcome.kind)
      throw new Error(
        `attempt ${key} was recorded as ${known.outcome.kind} and again as ${outcome.kind}`,
      );
  }

  private endJob(jobId: string, end: JobConclusion): void {
    const row = this.rows.get(jobId);
    if (row === undefined) throw new Error(`job ${jobId} ended but was never saved`);
    if (end.kind === 'reused' && this.rows.get(end.from.lease.jobId)?.state.kind !== 'measured')
      throw new Error(`job ${jobId} reuses ${end.from.lease.jobId}, which has no measurement`);
    if (row.state.kind !== 'open')
      throw new Error(`job ${jobId} ended twice: ${row.state.kind}, then ${end.kind}`);
    this.close(row, end);
  }

  private close(row: JobRow, state: JobRow['state']): void {
    row.state = state;
    this.openCount -= 1;
  }
}

function keyOf(lease: Lease): string {
  return `${lease.jobId}@${String(lease.epoch)}`;
}
