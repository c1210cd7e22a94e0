import type { FarmFault } from '../../../common/fault';
import type { Pool } from '../../schedule/state/pool';
import { isQuarantined } from '../../schedule/state/target_trouble';
import { isInService, type DeviceView } from './device_view';

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

/** A target that no phone may run before `untilMs`. */
export interface TargetQuarantine {
  readonly untilMs: number;
  readonly serials: readonly string[];
  /** The last of each phone. */
  readonly faults: readonly FarmFault[];
}

interface Utilisation {
  readonly busy: number;
  /** Devices at work or ready for it; resting, drained and absent ones are not the queue's fault. */
  readonly usable: number;
  /** busy / usable; 0 without usable devices. */
  readonly ratio: number;
}

/** All targets that some device offers or some job waits for, by name. */
export function targetViews(
  devices: readonly DeviceView[],
  pools: Iterable<Pool>,
): readonly TargetView[] {
  const views = new Map<string, TargetView>();
  const count = (target: string, key: Exclude<keyof TargetView, 'target'>, more: number): void => {
    const view = views.get(target) ?? emptyTarget(target);
    views.set(target, { ...view, [key]: view[key] + more });
  };
  for (const device of devices) {
    for (const target of device.targets) {
      const quarantined = isQuarantined(device.troubles, target);
      count(target, quarantined ? 'unavailable' : availabilityOf(device), 1);
      if (quarantined) count(target, 'quarantined', 1);
      if (device.description.kind === 'virtual') count(target, 'virtual', 1);
    }
  }
  for (const { queues } of pools) {
    for (const [target, ofOwners] of queues)
      count(
        target,
        'queued',
        ofOwners.reduce((sum, queue) => sum + queue.size, 0),
      );
  }
  return [...views.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** How many devices in service offer each target. */
export function devicesByTarget(devices: readonly DeviceView[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { targets } of devices.filter(isInService)) {
    for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  }
  return counts;
}

/** Undefined while some device in service may still run it, and where none offers it. */
export function quarantineOf(
  devices: readonly DeviceView[],
  target: string,
): TargetQuarantine | undefined {
  let untilMs = Infinity;
  const serials: string[] = [];
  const faults: FarmFault[] = [];
  for (const device of devices) {
    if (!device.targets.includes(target) || !isInService(device)) continue;
    const trouble = device.troubles.get(target);
    if (trouble?.kind !== 'quarantined') return undefined;
    untilMs = Math.min(untilMs, trouble.untilMs);
    serials.push(device.description.serial);
    faults.push(...trouble.faults.slice(-1).map(({ fault }) => fault));
  }
  return serials.length === 0 ? undefined : { untilMs, serials, faults };
}

export function utilisationOf(devices: readonly DeviceView[]): Utilisation {
  const availabilities = devices.map(availabilityOf);
  const busy = availabilities.filter((each) => each === 'busy').length;
  const usable = busy + availabilities.filter((each) => each === 'idle').length;
  return { busy, usable, ratio: usable === 0 ? 0 : busy / usable };
}

function availabilityOf({ state }: DeviceView): 'idle' | 'busy' | 'unavailable' {
  if (state.kind === 'idle') return 'idle';
  return state.kind === 'leased' ? 'busy' : 'unavailable';
}

function emptyTarget(target: string): TargetView {
  return { target, idle: 0, busy: 0, unavailable: 0, quarantined: 0, queued: 0, virtual: 0 };
}
