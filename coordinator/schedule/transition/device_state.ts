import { assert } from '../../../common/assert';
import type { DeviceDescription } from '../../../common/device';
import type { Lease } from '../../../common/job';
import { formatTarget } from '../../../common/target';
import {
  freeStateOf,
  type AbsentState,
  type FleetDevice,
  type DeviceHealth,
  type FreeState,
  type Sighting,
  type StandingState,
} from '../state/device';
import { mostOtherSightings, rememberedDeviceArtifacts } from '../state/limits';
import { noTroubles } from '../state/target_trouble';
import { wakeTargets } from './target_health';

const idle: StandingState = { kind: 'idle' };
export const healthy: DeviceHealth = { faultsInARow: [], quarantinesInARow: 0 };

/** Seen for the first time: idle and in good health. */
export function newDevice(description: DeviceDescription, agentId: string): FleetDevice {
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
  device: FleetDevice,
  description: DeviceDescription,
  agentId: string,
): FleetDevice {
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
function otherSightings(device: FleetDevice, agentId: string): readonly Sighting[] {
  const { alsoSeenBy } = device;
  const free = freeStateOf(device);
  const unplugged = free.kind === 'absent' && free.cause === 'unplugged';
  const former = unplugged ? [] : [{ agentId: device.agentId, description: device.description }];
  return [...alsoSeenBy, ...former]
    .filter((each) => each.agentId !== agentId)
    .slice(-mostOtherSightings);
}

/** The agent does not see it any more, and did not drive it. */
export function withoutSighting(device: FleetDevice, agentId: string): FleetDevice {
  return { ...device, alsoSeenBy: device.alsoSeenBy.filter((each) => each.agentId !== agentId) };
}

/** Gone for now; what it was before it left comes back with it. */
export function detachDevice(
  device: FleetDevice,
  cause: AbsentState['cause'],
  nowMs: number,
): FleetDevice {
  return whenFree(device, (state) => {
    if (state.kind === 'absent') return cause === 'unplugged' ? { ...state, cause } : state;
    return { kind: 'absent', sinceMs: nowMs, cause, returnsTo: state };
  });
}

/** No new job; a running one ends in peace. */
export function drainDevice(device: FleetDevice): FleetDevice {
  return whenFree(device, (state) => whenStanding(state, () => ({ kind: 'drained' })));
}

/** The operator's word that the device is fit: it also ends a rest or a quarantine, those of its targets included. */
export function resumeDevice(device: FleetDevice): FleetDevice {
  return whenFree({ ...device, health: healthy, troubles: noTroubles }, (state) =>
    whenStanding(state, () => idle),
  );
}

/** The end of a rest or a quarantine, of the device or of a target. */
export function wakeDevice(device: FleetDevice, nowMs: number): FleetDevice {
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
export function leaseDevice(
  device: FleetDevice,
  lease: Lease,
  digest: string,
  nowMs: number,
): FleetDevice {
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
export function releaseDevice(device: FleetDevice, nowMs: number): FleetDevice {
  const { state } = device;
  if (state.kind !== 'leased') return device;
  return {
    ...device,
    state: state.afterwards,
    busyMs: device.busyMs + Math.max(0, nowMs - state.sinceMs),
  };
}

/** Applies a change to what the device is, or to what it will be after its lease. */
export function whenFree(
  device: FleetDevice,
  change: (state: FreeState) => FreeState,
): FleetDevice {
  const { state } = device;
  const free = freeStateOf(device);
  const next = change(free);
  if (next === free) return device;
  return { ...device, state: state.kind === 'leased' ? { ...state, afterwards: next } : next };
}

export function whenStanding(
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
