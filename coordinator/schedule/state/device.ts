import type { DeviceDescription } from '../../../common/device';
import type { FarmFault } from '../../../common/fault';
import type { Lease } from '../../../common/job';
import { isOpen, type TargetTroubles } from './target_trouble';

/** A device that is there and not at work. */
export type StandingState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'cooling'; readonly untilMs: number; readonly fault: FarmFault }
  | {
      readonly kind: 'quarantined';
      readonly untilMs: number;
      readonly faults: readonly FarmFault[];
    }
  | { readonly kind: 'drained' };

/** Unplugged, or out of reach with its agent. Coming back does not wash it clean: it returns to what it was. */
export interface AbsentState {
  readonly kind: 'absent';
  readonly sinceMs: number;
  readonly cause: 'unplugged' | 'agent-lost';
  readonly returnsTo: StandingState;
}

export type FreeState = StandingState | AbsentState;

export interface LeasedState {
  readonly kind: 'leased';
  readonly lease: Lease;
  readonly sinceMs: number;
  /** What the device becomes when the lease ends. */
  readonly afterwards: FreeState;
  /** The artifact that was sent ahead on account of this lease, for the job that will probably follow. */
  readonly prefetchedDigest: string | null;
}

export type FleetDeviceState = FreeState | LeasedState;

export interface DeviceHealth {
  readonly faultsInARow: readonly { readonly jobId: string; readonly fault: FarmFault }[];
  /** Quarantines since the last success; above 0 the next job is the probation. */
  readonly quarantinesInARow: number;
}

/** An agent that has a device within reach, and what the device is there: pool and offers are that agent's word. */
export interface Sighting {
  readonly agentId: string;
  readonly description: DeviceDescription;
}

export interface FleetDevice {
  readonly description: DeviceDescription;
  /** The agent that it is driven by: of several that see it, the one that said so last. */
  readonly agentId: string;
  /** The other agents that see it, the latest last: when its own leaves, one of them takes over at once. */
  readonly alsoSeenBy: readonly Sighting[];
  readonly targetKeys: readonly string[];
  readonly state: FleetDeviceState;
  readonly health: DeviceHealth;
  /** Targets whose tools failed on this device. */
  readonly troubles: TargetTroubles;
  /** Targets whose tools have shown on this device that they work. */
  readonly provenTargets: readonly string[];
  /** Digests of the last artifacts that it ran, newest first. */
  readonly recentArtifacts: readonly string[];
  /** Time under lease so far, the current lease excluded. */
  readonly busyMs: number;
}

/** What the device is, or what it will be after its lease. */
export function freeStateOf({ state }: Pick<FleetDevice, 'state'>): FreeState {
  return state.kind === 'leased' ? state.afterwards : state;
}

/** Will take a job sooner or later without anybody's help: what a retry may wait for. */
export function isUsable(device: FleetDevice): boolean {
  const { kind } = freeStateOf(device);
  return kind === 'idle' || kind === 'cooling';
}

/** The targets for which the device would take a job if it were free. */
export function openTargets({ targetKeys, troubles }: FleetDevice): readonly string[] {
  return troubles.size === 0
    ? targetKeys
    : targetKeys.filter((targetKey) => isOpen(troubles, targetKey));
}
