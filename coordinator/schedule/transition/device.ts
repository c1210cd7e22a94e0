import type { DeviceDescription } from '../../../common/device';
import { isAttached } from '../state/agent';
import type { AbsentState, FleetDevice } from '../state/device';
import { withoutDevice } from '../state/pool';
import { requeueJob } from './attempt';
import { saveDevice } from './device_index';
import {
  attachDevice,
  detachDevice,
  leaseDevice,
  newDevice,
  wakeDevice,
  withoutSighting,
} from './device_state';
import { raiseFleetVersion, update, updatePool, type Draft } from './draft';
import { voidLease } from './lease';

export function registerDevice(
  draft: Draft,
  agentId: string,
  description: DeviceDescription,
): void {
  const known = draft.state.devices.get(description.serial);
  saveDevice(
    draft,
    known === undefined
      ? firstSeen(draft, agentId, description)
      : attachDevice(known, description, agentId),
  );
}

/** After a restart, the lease of a device may have been adopted before the device itself was seen. */
function firstSeen(draft: Draft, agentId: string, description: DeviceDescription): FleetDevice {
  const device = newDevice(description, agentId);
  const active = draft.state.leases.get(description.serial);
  const digest =
    active === undefined
      ? undefined
      : draft.state.jobs.get(active.lease.jobId)?.job.artifact.digest;
  return active === undefined || digest === undefined
    ? device
    : leaseDevice(device, active.lease, digest, active.grantedAtMs);
}

/** The device goes on through another agent that sees it; when there is none it is absent. */
export function loseDevice(
  draft: Draft,
  agentId: string,
  serial: string,
  cause: AbsentState['cause'],
): void {
  const device = draft.state.devices.get(serial);
  if (device === undefined) return;
  if (device.agentId === agentId) {
    const gone = detachDevice(device, cause, draft.state.nowMs);
    saveDevice(draft, handedOver(draft, gone) ?? gone);
  } else if (cause === 'unplugged') {
    saveDevice(draft, withoutSighting(device, agentId));
  }
}

/** The devices of an agent whose stream broke go on through others that see them. */
export function handOverDevicesOf(draft: Draft, agentId: string): void {
  for (const device of draft.state.devices.values()) {
    const next = device.agentId === agentId ? handedOver(draft, device) : undefined;
    if (next !== undefined) saveDevice(draft, next);
  }
}

function handedOver(draft: Draft, device: FleetDevice): FleetDevice | undefined {
  const heir = device.alsoSeenBy.findLast(({ agentId }) =>
    isAttached(draft.state.agents.get(agentId)),
  );
  return heir === undefined ? undefined : attachDevice(device, heir.description, heir.agentId);
}

export function changeDevice(
  draft: Draft,
  serial: string,
  change: (device: FleetDevice) => FleetDevice,
): void {
  const device = draft.state.devices.get(serial);
  if (device !== undefined) saveDevice(draft, change(device));
}

/** The operator took it off the shelf. Its job goes back to the queue; should it be plugged in again, it is a new device. */
export function removeDevice(draft: Draft, serial: string): void {
  const device = draft.state.devices.get(serial);
  if (device === undefined) return;
  const active = draft.state.leases.get(serial);
  if (active !== undefined) {
    voidLease(draft, active);
    requeueJob(draft, active.lease);
  }
  updatePool(draft, device.description.pool, (pool) => withoutDevice(pool, serial));
  update(draft, { devices: draft.state.devices.delete(serial) });
  raiseFleetVersion(draft);
}

/** Ends the rests and quarantines whose time is over. */
export function wakeDevices(draft: Draft): void {
  for (const device of draft.state.devices.values()) {
    const awake = wakeDevice(device, draft.state.nowMs);
    if (awake !== device) saveDevice(draft, awake);
  }
}
