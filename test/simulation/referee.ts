import type { JobResult, Lease } from '../../common/job';
import type { SchedulerEffect } from '../../coordinator/schedule/event/effect';
import type { SchedulerEvent } from '../../coordinator/schedule/event/event';
import type { SchedulerState } from '../../coordinator/schedule/state/scheduler_state';
import type { LedgerModel } from './ledger_model';

/** Watches the whole farm from outside, where no process can, and objects when a promise of the farm is broken. */
export class Referee {
  readonly finished: JobResult[] = [];
  readonly starts = new Map<string, number>();
  private readonly newestEpoch = new Map<string, number>();
  private readonly leaseOfDevice = new Map<string, Lease>();
  /** Epochs whose end was told by an effect, and those that ended without a result. */
  private readonly told = new Set<number>();
  private readonly voided = new Set<number>();
  /** Epochs that were told to be void, to the agent or by refusing the result. */
  private readonly refused = new Set<number>();
  private highestEpoch = 0;
  /** Results that were seen to be forged. */
  forgeries = 0;

  constructor(private readonly ledger: LedgerModel) {}

  physicalStart(lease: Lease): void {
    this.starts.set(lease.jobId, (this.starts.get(lease.jobId) ?? 0) + 1);
  }

  physicalEnd(result: JobResult): void {
    this.finished.push(result);
  }

  coordinatorDied(): void {
    this.leaseOfDevice.clear();
  }

  /** Looks at one step before its effects are performed. */
  judge(
    before: SchedulerState,
    after: SchedulerState,
    event: SchedulerEvent,
    effects: readonly SchedulerEffect[],
  ): void {
    const removedSerial = event.kind === 'device-removed' ? event.deviceSerial : null;
    const discardsMeasurement =
      event.kind === 'result-arrived' && event.outcome.kind === 'measured';
    for (const effect of effects) {
      if (effect.kind === 'stop-job')
        this.stopped(effect.lease, removedSerial === effect.lease.deviceSerial);
      if (effect.kind === 'record-attempt') this.recorded(effect);
    }
    this.leasesEnded(before, after);
    for (const effect of effects) {
      if (effect.kind === 'run-job') this.granted(effect.lease);
      // A forged result says nothing about the real one.
      if (effect.kind !== 'discard-result') continue;
      if (effect.cause === 'forged') {
        this.forgeries += 1;
        continue;
      }
      this.refused.add(effect.lease.epoch);
      if (discardsMeasurement) this.expectFenced(effect.lease, 'discarded');
    }
    this.books(after);
  }

  private books(state: SchedulerState): void {
    const jobs = new Set<string>();
    for (const [serial, { lease }] of state.leases) {
      this.require(!jobs.has(lease.jobId), `job ${lease.jobId} has two leases`);
      jobs.add(lease.jobId);
      const job = state.jobs.get(lease.jobId);
      this.require(
        job?.state.kind === 'leased' && job.state.lease.epoch === lease.epoch,
        `job ${lease.jobId} does not know its lease`,
      );
      const device = state.devices.get(serial);
      this.require(
        device === undefined ||
          (device.state.kind === 'leased' && device.state.lease.epoch === lease.epoch),
        `device ${serial} does not know its lease`,
      );
    }
    const leasedDevices = state.devices.count((device) => device.state.kind === 'leased');
    this.require(leasedDevices <= state.leases.size, 'a device is leased without a lease');
    const queued = state.pools.reduce((sum, pool) => sum + pool.queuedJobs, 0);
    this.require(
      queued + state.leases.size === state.jobs.size,
      'an open job is neither queued nor leased',
    );
  }

  /** At the end, when nothing is under way any more. */
  resultsAccountedFor(): void {
    for (const { lease } of this.finished) {
      const accounted = this.ledger.hasAttempt(lease) || this.refused.has(lease.epoch);
      this.require(
        accounted,
        `what a phone found under epoch ${lease.epoch} for job ${lease.jobId} was lost`,
      );
    }
  }

  private granted(lease: Lease): void {
    const other = this.leaseOfDevice.get(lease.deviceSerial);
    this.require(
      other === undefined,
      `device ${lease.deviceSerial} was granted ${lease.jobId} while it has ${String(other?.jobId)}`,
    );
    const holder = [...this.leaseOfDevice.values()].find(
      (current) => current.jobId === lease.jobId,
    );
    this.require(
      holder === undefined,
      `job ${lease.jobId} was granted to ${lease.deviceSerial} while ${String(holder?.deviceSerial)} has it`,
    );
    this.require(this.ledger.isOpen(lease.jobId), `job ${lease.jobId} was granted after its end`);
    const same = this.ledger
      .sameModelAs(lease.jobId)
      .find((jobId) => [...this.leaseOfDevice.values()].some((current) => current.jobId === jobId));
    this.require(
      same === undefined,
      `job ${lease.jobId} was granted while ${String(same)} measures the same model on the same target`,
    );
    this.require(lease.epoch > this.highestEpoch, `epoch ${lease.epoch} does not grow`);
    this.highestEpoch = lease.epoch;
    this.newestEpoch.set(lease.jobId, lease.epoch);
    this.leaseOfDevice.set(lease.deviceSerial, lease);
  }

  private stopped(lease: Lease, byOperator: boolean): void {
    if (byOperator) this.voided.add(lease.epoch);
    this.expectFenced(lease, 'stopped');
    this.refused.add(lease.epoch);
    this.ended(lease);
  }

  private recorded({
    lease,
    agentId,
    outcome,
  }: Extract<SchedulerEffect, { readonly kind: 'record-attempt' }>): void {
    const real = this.finished.some(
      (result) =>
        result.lease.epoch === lease.epoch &&
        result.lease.jobId === lease.jobId &&
        result.agentId === agentId &&
        result.outcome === outcome,
    );
    this.require(
      real,
      `an attempt of epoch ${lease.epoch} for job ${lease.jobId} was recorded that no phone has made`,
    );
    this.ended(lease);
  }

  private ended(lease: Lease): void {
    this.told.add(lease.epoch);
    if (this.leaseOfDevice.get(lease.deviceSerial)?.epoch === lease.epoch)
      this.leaseOfDevice.delete(lease.deviceSerial);
  }

  /** Work may be thrown away only if its job has its final word, or its lease ended or was superseded. */
  private expectFenced(lease: Lease, what: string): void {
    const superseded =
      (this.newestEpoch.get(lease.jobId) ?? 0) > lease.epoch || this.ledger.hasNewerAttempt(lease);
    const fenced =
      superseded ||
      this.voided.has(lease.epoch) ||
      !this.ledger.isOpen(lease.jobId) ||
      this.ledger.hasAttempt(lease);
    this.require(
      fenced,
      `the work of epoch ${lease.epoch} for job ${lease.jobId} was ${what} although it counts`,
    );
  }

  /** A lease may vanish from the books only with a word, or when its agent has kept silent about it for too long. */
  private leasesEnded(before: SchedulerState, after: SchedulerState): void {
    for (const [serial, { lease, agentId, expiresAtMs }] of before.leases) {
      if (after.leases.get(serial)?.lease.epoch === lease.epoch || this.told.has(lease.epoch))
        continue;
      const silent = expiresAtMs <= after.nowMs || after.agents.get(agentId)?.state.kind === 'lost';
      this.require(
        silent,
        `epoch ${lease.epoch} of ${lease.jobId} ended although its agent held it`,
      );
      this.voided.add(lease.epoch);
      this.ended(lease);
    }
  }

  require(condition: boolean, objection: string): void {
    if (!condition) throw new Error(objection);
  }
}
