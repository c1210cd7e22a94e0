import { assert } from '../../common/assert';
import type { DeviceDescription } from '../../common/device';
import type { FarmFault } from '../../common/fault';
import type { Lease } from '../../common/job';
import { formatTarget } from '../../common/target';
import { faultPolicy } from './fault_policy';
import {
  coolingMs,
  faultsToQuarantine,
  firstQuarantineMs,
  largestQuarantineMs,
  mostOtherSightings,
  rememberedDeviceArtifacts,
} from './limits';
import {
  judgeTarget,
  noTroubles,
  provesTools,
  wakeTargets,
  type TargetAttempt,
  type TargetTroubles,
} from './target_health';

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

export type DeviceState = FreeState | LeasedState;

export interface DeviceHealth {
  readonly faultsInARow: readonly { readonly jobId: string; readonly fault: FarmFault }[];
  /** Quarantines since the last success; above 0 the next job is the probation. */
  readonly quarantinesInARow: number;
}

/** A lease that ended, with what it was for. */
interface DeviceAttempt extends TargetAttempt {
  readonly lease: Lease;
}

/** An agent that has a device within reach, and what the device is there: pool and offers are that agent's word. */
export interface Sighting {
  readonly agentId: string;
  readonly description: DeviceDescription;
}

export interface Device {
  readonly description: DeviceDescription;
  /** The agent that it is driven by: of several that see it, the one that said so last. */
  readonly agentId: string;
  /** The other agents that see it, the latest last: when its own leaves, one of them takes over at once. */
  readonly alsoSeenBy: readonly Sighting[];
  readonly targetKeys: readonly string[];
  readonly state: DeviceState;
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

const idle: StandingState = { kind: 'idle' };
const healthy: DeviceHealth = { faultsInARow: [], quarantinesInARow: 0 };

/** Seen for the first time: idle and in good health. */
export function newDevice(description: DeviceDescription, agentId: string): Device {
  return {
    description,
    agentId,
    alsoSeenBy: [],
    targetKeys: targetKeysOf(description),
    state: idle,
    health: healthy,
    troubles: noTroubles,
    provenTargets: [],
    recentArtifacts: [],
    busyMs: 0,
  };
}

/** Seen again, perhaps through another agent or with other offers. */
export function attachDevice(
  device: Device,
  description: DeviceDescription,
  agentId: string,
): Device {
  // Other tools, other luck; the same ones do not become better by coming back.
  const { troubles, provenTargets } = haveSameTools(device.description, description)
    ? device
    : { troubles: noTroubles, provenTargets: [] };
  const present = {
    ...device,
    description,
    agentId,
    troubles,
    provenTargets,
    alsoSeenBy: otherSightings(device, agentId),
    targetKeys: targetKeysOf(description),
  };
  return whenFree(present, (state) => (state.kind === 'absent' ? state.returnsTo : state));
}

/** The former agent still sees what it has not lost. */
function otherSightings(device: Device, agentId: string): readonly Sighting[] {
  const { alsoSeenBy, state } = device;
  const free = state.kind === 'leased' ? state.afterwards : state;
  const unplugged = free.kind === 'absent' && free.cause === 'unplugged';
  const former = unplugged ? [] : [{ agentId: device.agentId, description: device.description }];
  return [...alsoSeenBy, ...former]
    .filter((each) => each.agentId !== agentId)
    .slice(-mostOtherSightings);
}

/** The agent does not see it any more, and did not drive it. */
export function withoutSighting(device: Device, agentId: string): Device {
  return { ...device, alsoSeenBy: device.alsoSeenBy.filter((each) => each.agentId !== agentId) };
}

/** Gone for now; what it was before it left comes back with it. */
export function detachDevice(device: Device, cause: AbsentState['cause'], nowMs: number): Device {
  return whenFree(device, (state) => {
    if (state.kind === 'absent') return cause === 'unplugged' ? { ...state, cause } : state;
    return { kind: 'absent', sinceMs: nowMs, cause, returnsTo: state };
  });
}

/** No new job; a running one ends in peace. */
export function drainDevice(device: Device): Device {
  return whenFree(device, (state) => whenStanding(state, () => ({ kind: 'drained' })));
}

/** The operator's word that the device is fit: it also ends a rest or a quarantine, those of its targets included. */
export function resumeDevice(device: Device): Device {
  return whenFree({ ...device, health: healthy, troubles: noTroubles }, (state) =>
    whenStanding(state, () => idle),
  );
}

/** The end of a rest or a quarantine, of the device or of a target. */
export function wakeDevice(device: Device, nowMs: number): Device {
  const troubles = wakeTargets(device.troubles, nowMs);
  return whenFree(troubles === device.troubles ? device : { ...device, troubles }, (state) =>
    whenStanding(state, (standing) =>
      (standing.kind === 'cooling' || standing.kind === 'quarantined') && standing.untilMs <= nowMs
        ? idle
        : standing,
    ),
  );
}

/** The device must not be under a lease. */
export function leaseDevice(device: Device, lease: Lease, digest: string, nowMs: number): Device {
  assert(device.state.kind !== 'leased', `device ${lease.deviceSerial} has one lease at a time`);
  const recentArtifacts = [
    digest,
    ...device.recentArtifacts.filter((other) => other !== digest),
  ].slice(0, rememberedDeviceArtifacts);
  return {
    ...device,
    recentArtifacts,
    state: {
      kind: 'leased',
      lease,
      sinceMs: nowMs,
      afterwards: device.state,
      prefetchedDigest: null,
    },
  };
}

/** The lease ended without a word about the device. */
export function releaseDevice(device: Device, nowMs: number): Device {
  const { state } = device;
  if (state.kind !== 'leased') return device;
  return {
    ...device,
    state: state.afterwards,
    busyMs: device.busyMs + Math.max(0, nowMs - state.sinceMs),
  };
}

/** The lease ended with an outcome, which may tell something about the device or one of its targets. */
export function judgeDevice(device: Device, attempt: DeviceAttempt, nowMs: number): Device {
  const { lease, outcome } = attempt;
  const troubles = judgeTarget(device.troubles, attempt, nowMs);
  const released = {
    ...releaseDevice(device, nowMs),
    troubles,
    provenTargets: provenAfter(device, attempt),
  };
  if (outcome.kind === 'measured') return { ...released, health: healthy };
  // A candidate that fails says nothing about the phone, neither good nor bad.
  if (outcome.kind === 'candidate-fault') return released;
  switch (faultPolicy(outcome.code).device) {
    case 'innocent':
    case 'target':
      return released;
    case 'cools':
      return rest(released, { kind: 'cooling', untilMs: nowMs + restMs(outcome), fault: outcome });
    case 'suspect':
      return suspect(released, lease.jobId, outcome, nowMs);
  }
}

function provenAfter(
  { provenTargets }: Device,
  { outcome, targetKey }: DeviceAttempt,
): readonly string[] {
  const proven = provesTools(outcome) && !provenTargets.includes(targetKey);
  return proven ? [...provenTargets, targetKey] : provenTargets;
}

function suspect(device: Device, jobId: string, fault: FarmFault, nowMs: number): Device {
  const { quarantinesInARow } = device.health;
  const faultsInARow = [...device.health.faultsInARow, { jobId, fault }].slice(-faultsToQuarantine);
  const onProbation = quarantinesInARow > 0;
  // One job alone never condemns a phone: it may be the job that hangs every phone.
  const guilty =
    faultsInARow.length >= faultsToQuarantine &&
    new Set(faultsInARow.map((entry) => entry.jobId)).size > 1;
  if (!onProbation && !guilty) return { ...device, health: { faultsInARow, quarantinesInARow } };
  const untilMs =
    nowMs + Math.min(largestQuarantineMs, firstQuarantineMs * 2 ** Math.min(quarantinesInARow, 20));
  const health = { faultsInARow, quarantinesInARow: quarantinesInARow + 1 };
  return rest(
    { ...device, health },
    { kind: 'quarantined', untilMs, faults: faultsInARow.map((entry) => entry.fault) },
  );
}

/** Draining is the operator's word and goes before the farm's own. */
function rest(device: Device, state: StandingState): Device {
  return whenFree(device, (free) =>
    whenStanding(free, (standing) => (standing.kind === 'drained' ? standing : state)),
  );
}

function restMs({ code }: FarmFault): number {
  return code === 'battery-low' || code === 'artifact-unavailable'
    ? coolingMs[code]
    : coolingMs['too-hot'];
}

/** Applies a change to what the device is, or to what it will be after its lease. */
function whenFree(device: Device, change: (state: FreeState) => FreeState): Device {
  const { state } = device;
  const free = state.kind === 'leased' ? state.afterwards : state;
  const next = change(free);
  if (next === free) return device;
  return { ...device, state: state.kind === 'leased' ? { ...state, afterwards: next } : next };
}

function whenStanding(
  state: FreeState,
  change: (standing: StandingState) => StandingState,
): FreeState {
  if (state.kind !== 'absent') return change(state);
  const returnsTo = change(state.returnsTo);
  return returnsTo === state.returnsTo ? state : { ...state, returnsTo };
}

function haveSameTools(before: DeviceDescription, after: DeviceDescription): boolean {
  const toolsOf = ({ tools, offers, osBuild }: DeviceDescription): string =>
    JSON.stringify([osBuild, tools, offers]);
  return toolsOf(before) === toolsOf(after);
}

function targetKeysOf(description: DeviceDescription): readonly string[] {
  return [
    ...new Set(
      description.offers.map((offer) => formatTarget({ pool: description.pool, ...offer })),
    ),
  ];
}
