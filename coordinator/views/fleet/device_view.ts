import type { DeviceDescription } from '../../../common/device';
import { isAttached } from '../../schedule/state/agent';
import {
  freeStateOf,
  type FleetDevice,
  type FleetDeviceState,
  type FreeState,
} from '../../schedule/state/device';
import type { SchedulerState } from '../../schedule/state/scheduler_state';
import type { TargetTroubles } from '../../schedule/state/target_trouble';

export interface DeviceView {
  readonly description: DeviceDescription;
  readonly agentId: string;
  readonly targets: readonly string[];
  readonly troubles: TargetTroubles;
  /** As it can be reached: a device is absent as soon as its agent is, though the scheduler still waits for the agent's return. */
  readonly state: FleetDeviceState;
  /** Time under lease since the device was first seen after this start, the running lease included. */
  readonly busyMs: number;
}

export function deviceViews(state: SchedulerState): readonly DeviceView[] {
  return [...state.devices.values()].map((device) => deviceView(state, device));
}

export function deviceView(state: SchedulerState, device: FleetDevice): DeviceView {
  return {
    description: device.description,
    agentId: device.agentId,
    targets: device.targetKeys,
    troubles: device.troubles,
    state: reachableState(state, device),
    busyMs:
      device.busyMs + (device.state.kind === 'leased' ? state.nowMs - device.state.sinceMs : 0),
  };
}

/** Whether its agent is there and sees it. One at work for an agent that has gone is not: its lease only has not run out yet. */
export function isWithinReach(view: Pick<DeviceView, 'state'>): boolean {
  return freeStateOf(view).kind !== 'absent';
}

/** Whether its queue moves: at work, ready, or back after a rest; a drained one is kept from work on purpose. */
export function isInService(view: Pick<DeviceView, 'state'>): boolean {
  return isWithinReach(view) && freeStateOf(view).kind !== 'drained';
}

function reachableState(state: SchedulerState, device: FleetDevice): FleetDeviceState {
  const free = freeStateOf(device);
  const agent = state.agents.get(device.agentId);
  const sinceMs = agent?.state.sinceMs ?? state.nowMs;
  if (free.kind === 'absent' || isAttached(agent)) return device.state;
  const absent: FreeState = {
    kind: 'absent',
    sinceMs,
    cause: 'agent-lost',
    returnsTo: free,
  };
  return device.state.kind === 'leased' ? { ...device.state, afterwards: absent } : absent;
}
