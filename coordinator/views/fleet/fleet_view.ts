import { formatTarget, type Target } from '../../../common/target';
import type { EndedCounts, SchedulerState } from '../../schedule/state/scheduler_state';
import { agentViews, type AgentView } from './agent_view';
import { deviceView, deviceViews, type DeviceView } from './device_view';
import { busyDevices } from './job_view';
import {
  devicesByTarget,
  quarantineOf,
  targetViews,
  utilisationOf,
  type TargetQuarantine,
  type TargetView,
} from './target_view';

/**
 * The fleet for all who read it: commands, metrics and searches, so that no two of them can disagree. Everything follows from
 * the scheduler's state and is derived when somebody asks, once per state. What searches ask at each end of a job, how many
 * devices a target has, is derived once per version of the fleet, which steps that only give out work do not change.
 */
export class FleetView {
  readonly #listeners = new Set<() => void>();
  #devices: { readonly of: SchedulerState; readonly views: readonly DeviceView[] } | undefined;
  #counts: { readonly version: number; readonly byTarget: ReadonlyMap<string, number> } | undefined;
  #toldVersion: number;
  #telling: NodeJS.Immediate | undefined;

  /** `state`: the newest. */
  constructor(private readonly state: () => SchedulerState) {
    this.#toldVersion = state().fleetVersion;
  }

  /** Grows with each change of the fleet itself: agents, devices, what these offer, and whether they are in service. */
  get version(): number {
    return this.state().fleetVersion;
  }

  agents(): readonly AgentView[] {
    return agentViews(this.state(), this.devices());
  }

  devices(): readonly DeviceView[] {
    const state = this.state();
    if (this.#devices?.of !== state) this.#devices = { of: state, views: deviceViews(state) };
    return this.#devices.views;
  }

  device(serial: string): DeviceView | undefined {
    const device = this.state().devices.get(serial);
    return device === undefined ? undefined : deviceView(this.state(), device);
  }

  targets(): readonly TargetView[] {
    return targetViews(this.devices(), this.state().pools.values());
  }

  /** How many devices in service offer the target. */
  deviceCount(target: Target): number {
    const { version } = this;
    if (this.#counts?.version !== version)
      this.#counts = { version, byTarget: devicesByTarget(this.devices()) };
    return this.#counts.byTarget.get(formatTarget(target)) ?? 0;
  }

  quarantineOf(target: Target): TargetQuarantine | undefined {
    return quarantineOf(this.devices(), formatTarget(target));
  }

  /** How many devices are at work, by target; for one owner, or for all. */
  busyDevices(ownerId?: string): ReadonlyMap<string, number> {
    return busyDevices(this.state(), ownerId);
  }

  /** The share of usable devices that are at work; 0 without usable ones. */
  utilisation(): number {
    return utilisationOf(this.devices()).ratio;
  }

  leases(): number {
    return this.state().leases.size;
  }

  /** Jobs that have ended since the start, by their end. */
  endedJobs(): EndedCounts {
    return this.state().endedCounts;
  }

  /** Tells of a changed fleet, soon and once for all changes until then; the returned function ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whoever steps the scheduler calls this after each step. */
  stepped(): void {
    if (this.#telling !== undefined || this.version === this.#toldVersion) return;
    this.#telling = setImmediate(() => {
      this.#telling = undefined;
      this.#toldVersion = this.version;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
