import type { DeviceDescription } from '../../common/device';
import {
  attachDevice,
  detachDevice,
  leaseDevice,
  newDevice,
  wakeDevice,
  withoutSighting,
  type AbsentState,
  type Device,
} from './device';
import { voidLease } from './lease';
import { requeueJob } from './attempt';
import { saveDevice } from './device_index';
import { withoutDevice } from './pool';
import { update, updatePool, type Turn } from './turn';

export function registerDevice(turn: Turn, agentId: string, description: DeviceDescription): void {
  const known = turn.state.devices.get(description.serial);
  saveDevice(
    turn,
    known === undefined
      ? firstSeen(turn, agentId, description)
      : attachDevice(known, description, agentId),
  );
}

/** After a restart, the lease of a device may have been adopted before the device itself was seen. */
function firstSeen(turn: Turn, agentId: string, description: DeviceDescription): Device {
  const device = newDevice(description, agentId);
  const active = turn.state.leases.get(description.serial);
  const digest =
    active === undefined ? undefined : turn.state.jobs.get(active.lease.jobId)?.job.artifact.digest;
  return active === undefined || digest === undefined
    ? device
    : leaseDevice(device, active.lease, digest, active.grantedAtMs);
}

/** The device goes on through another agent that sees it; when there is none it is absent. */
export function loseDevice(
  turn: Turn,
  agentId: string,
  serial: string,
  cause: AbsentState['cause'],
): void {
  const device = turn.state.devices.get(serial);
  if (device === undefined) return;
  if (device.agentId === agentId) {
    const gone = detachDevice(device, cause, turn.state.nowMs);
    saveDevice(turn, handedOver(turn, gone) ?? gone);
  } else if (cause === 'unplugged') {
    saveDevice(turn, withoutSighting(device, agentId));
  }
}

/** The devices of an agent whose stream broke go on through others that see them. */
export function handOverDevicesOf(turn: Turn, agentId: string): void {
  for (const device of turn.state.devices.values()) {
    const next = device.agentId === agentId ? handedOver(turn, device) : undefined;
    if (next !== undefined) saveDevice(turn, next);
  }
}

function handedOver(turn: Turn, device: Device): Device | undefined {
  const heir = device.alsoSeenBy.findLast(
    ({ agentId }) => turn.state.agents.get(agentId)?.state.kind === 'attached',
  );
  return heir === undefined ? undefined : attachDevice(device, heir.description, heir.agentId);
}

export function changeDevice(turn: Turn, serial: string, change: (device: Device) => Device): void {
  const device = turn.state.devices.get(serial);
  if (device !== undefined) saveDevice(turn, change(device));
}

/** The operator took it off the shelf. Its job goes back to the queue; should it be plugged in again, it is a new device. */
export function removeDevice(turn: Turn, serial: string): void {
  const device = turn.state.devices.get(serial);
  if (device === undefined) return;
  const active = turn.state.leases.get(serial);
  if (active !== undefined) {
    voidLease(turn, active);
    requeueJob(turn, active.lease);
  }
  updatePool(turn, device.description.pool, (pool) => withoutDevice(pool, serial));
  update(turn, { devices: turn.state.devices.delete(serial) });
}

/** Ends the rests and quarantines whose time is over. */
export function wakeDevices(turn: Turn): void {
  for (const device of turn.state.devices.values()) {
    const awake = wakeDevice(device, turn.state.nowMs);
    if (awake !== device) saveDevice(turn, awake);
  }
}
