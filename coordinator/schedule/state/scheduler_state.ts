import { Map } from 'immutable';
import type { Lease, NonceOf } from '../../../common/job';
import type { Agent } from './agent';
import type { FleetDevice } from './device';
import { noDuplicates, type JustMeasured, type DuplicateJobs } from './duplicate_jobs';
import type { OpenJob } from './job';
import type { ActiveLease } from './lease';
import { epochsPerIncarnation, rememberedEndedJobs } from './limits';
import type { Owner } from './owner';
import type { Pool } from './pool';
import { emptyRecentSet, type RecentSet } from './recent_set';

interface SchedulerOptions {
  /** The number of this start, from the ledger: it makes epochs grow over restarts. */
  readonly incarnation: number;
  readonly nowMs: number;
  readonly nonceOf: NonceOf;
}

export type RecoveryState =
  | { readonly kind: 'complete' }
  | {
      readonly kind: 'waiting';
      readonly missingAgentIds: readonly string[];
      readonly untilMs: number;
    };

export interface EndedCounts {
  readonly measured: number;
  readonly reused: number;
  readonly infeasible: number;
  readonly abandoned: number;
}

/** Immutable throughout; collections share structure between versions. */
export interface SchedulerState {
  readonly incarnation: number;
  /** A pure function: equal claims have equal nonces, in every incarnation. */
  readonly nonceOf: NonceOf;
  /** The latest time that any event brought: time never runs backwards here. */
  readonly nowMs: number;
  readonly lastTickAtMs: number;
  readonly grants: number;
  /**
   * Raised by each change of the fleet itself: which agents are there, which devices they reach, what these offer, and whether
   * they rest or serve. Work that is given out and done does not raise it, so what depends on the fleet alone can be kept.
   */
  readonly fleetVersion: number;
  readonly recovery: RecoveryState;
  readonly agents: Map<string, Agent>;
  readonly devices: Map<string, FleetDevice>;
  /** By device serial, so a device cannot have two. */
  readonly leases: Map<string, ActiveLease>;
  readonly jobs: Map<string, OpenJob>;
  /** Of the open jobs. */
  readonly duplicates: DuplicateJobs;
  /** By what duplicates have in common. */
  readonly justMeasured: Map<string, JustMeasured>;
  readonly owners: Map<string, Owner>;
  readonly pools: Map<string, Pool>;
  readonly endedJobIds: RecentSet;
  /** Since this start. */
  readonly endedCounts: EndedCounts;
}

/** An empty farm at the start of an incarnation. */
export function initialState(options: SchedulerOptions): SchedulerState {
  return {
    incarnation: options.incarnation,
    nonceOf: options.nonceOf,
    nowMs: options.nowMs,
    lastTickAtMs: options.nowMs,
    grants: 0,
    fleetVersion: 0,
    recovery: { kind: 'complete' },
    agents: Map(),
    devices: Map(),
    leases: Map(),
    jobs: Map(),
    duplicates: noDuplicates,
    justMeasured: Map(),
    owners: Map(),
    pools: Map(),
    endedJobIds: emptyRecentSet(rememberedEndedJobs),
    endedCounts: { measured: 0, reused: 0, infeasible: 0, abandoned: 0 },
  };
}

/** Epochs below it were granted before this start of the coordinator. */
export function firstEpoch(state: SchedulerState): number {
  return state.incarnation * epochsPerIncarnation;
}

export function isOfThisLife(state: SchedulerState, { epoch }: Pick<Lease, 'epoch'>): boolean {
  return epoch >= firstEpoch(state);
}

/** Whether the lease was really granted to that agent: an epoch can be guessed, a nonce cannot. */
export function isGenuine(
  state: SchedulerState,
  agentId: string,
  { jobId, deviceSerial, epoch, nonce }: Lease,
): boolean {
  return nonce === state.nonceOf({ agentId, jobId, deviceSerial, epoch });
}

/** The current lease that `lease` names, if it still counts. */
export function currentLease(state: SchedulerState, lease: Lease): ActiveLease | undefined {
  const active = state.leases.get(lease.deviceSerial);
  return active?.lease.epoch === lease.epoch && active.lease.jobId === lease.jobId
    ? active
    : undefined;
}
