import type { DeviceDescription } from '../../../common/device';
import type { FarmFault } from '../../../common/fault';
import type { AgentState } from '../../schedule/state/agent';
import { isGrantable } from '../../schedule/state/availability';
import type { FleetDeviceState } from '../../schedule/state/device';
import type { SchedulerState } from '../../schedule/state/scheduler_state';
import { isQuarantined, type TargetTroubles } from '../../schedule/state/target_trouble';

/** The read side: what pages, API and metrics show. Each function scans what it shows; call them on demand, not per event. */
interface AgentView {
  readonly agentId: string;
  readonly state: AgentState;
  readonly heardAtMs: number;
  readonly devices: number;
}

export interface DeviceView {
  readonly description: DeviceDescription;
  readonly agentId: string;
  readonly targets: readonly string[];
  readonly troubles: TargetTroubles;
  readonly state: FleetDeviceState;
  /** Time under lease since the device was first seen after this start, the running lease included. */
  readonly busyMs: number;
}

export interface TargetView {
  readonly target: string;
  /** Devices that would take a job now. */
  readonly idle: number;
  /** Devices at work, on this target or on another one that they offer. */
  readonly busy: number;
  readonly unavailable: number;
  /** Of the unavailable: those whose tools for this target failed. */
  readonly quarantined: number;
  readonly queued: number;
  /** Of all its devices those that are virtual phones. */
  readonly virtual: number;
}

interface Utilisation {
  readonly busy: number;
  /** Devices at work or ready for it; resting, drained and absent ones are not the queue's fault. */
  readonly usable: number;
  /** busy / usable; 0 without usable devices. */
  readonly ratio: number;
}

export function agentViews(state: SchedulerState): readonly AgentView[] {
  const devices = state.devices.countBy((device) => device.agentId);
  return [...state.agents.values()].map(({ agentId, heardAtMs, state: agent }) => ({
    agentId,
    heardAtMs,
    state: agent,
    devices: devices.get(agentId) ?? 0,
  }));
}

export function deviceViews(state: SchedulerState): readonly DeviceView[] {
  return [...state.devices.values()].map((device) => ({
    description: device.description,
    agentId: device.agentId,
    targets: device.targetKeys,
    troubles: device.troubles,
    state: device.state,
    busyMs:
      device.busyMs + (device.state.kind === 'leased' ? state.nowMs - device.state.sinceMs : 0),
  }));
}

/** All targets that some device offers or some job waits for, by name. */
export function targetViews(state: SchedulerState): readonly TargetView[] {
  const views = new Map<string, TargetView>();
  const view = (target: string): TargetView =>
    views.get(target) ?? {
      target,
      idle: 0,
      busy: 0,
      unavailable: 0,
      quarantined: 0,
      queued: 0,
      virtual: 0,
    };
  for (const device of state.devices.values()) {
    const count = isGrantable(state, device)
      ? 'idle'
      : device.state.kind === 'leased'
        ? 'busy'
        : 'unavailable';
    for (const target of device.targetKeys) {
      const counted = isQuarantined(device.troubles, target)
        ? (['unavailable', 'quarantined'] as const)
        : ([count] as const);
      const marks = device.description.kind === 'virtual' ? (['virtual'] as const) : [];
      for (const each of [...counted, ...marks])
        views.set(target, { ...view(target), [each]: view(target)[each] + 1 });
    }
  }
  for (const pool of state.pools.values()) {
    for (const [target, queues] of pool.queues)
      views.set(target, {
        ...view(target),
        queued: queues.reduce((sum, queue) => sum + queue.size, 0),
      });
  }
  return [...views.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** A target that no phone may run before `untilMs`. */
export interface TargetQuarantine {
  readonly untilMs: number;
  readonly serials: readonly string[];
  /** The last of each phone. */
  readonly faults: readonly FarmFault[];
}

/** Undefined while some present device may still run it, and where none offers it. */
export function quarantineOf(
  state: SchedulerState,
  targetKey: string,
): TargetQuarantine | undefined {
  let untilMs = Infinity;
  const serials: string[] = [];
  const faults: FarmFault[] = [];
  for (const [serial, device] of state.devices) {
    if (!device.targetKeys.includes(targetKey) || !isPresent(device.state)) continue;
    const trouble = device.troubles.get(targetKey);
    if (trouble?.kind !== 'quarantined') return undefined;
    untilMs = Math.min(untilMs, trouble.untilMs);
    serials.push(serial);
    faults.push(...trouble.faults.slice(-1).map(({ fault }) => fault));
  }
  return serials.length === 0 ? undefined : { untilMs, serials, faults };
}

function isPresent(state: FleetDeviceState): boolean {
  const free = state.kind === 'leased' ? state.afterwards : state;
  return free.kind !== 'absent' && free.kind !== 'drained';
}

/** How many devices are at work for an owner, by target; targets without any are left out. */
export function busyDevicesOf(state: SchedulerState, ownerId: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { lease } of state.leases.values()) {
    const open = state.jobs.get(lease.jobId);
    if (open?.ownerId === ownerId)
      counts.set(open.targetKey, (counts.get(open.targetKey) ?? 0) + 1);
  }
  return counts;
}

export function utilisation(state: SchedulerState): Utilisation {
  const busy = state.devices.count((device) => device.state.kind === 'leased');
  const usable = busy + state.devices.count((device) => isGrantable(state, device));
  return { busy, usable, ratio: usable === 0 ? 0 : busy / usable };
}
