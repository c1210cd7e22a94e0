import type { AgentState } from '../../schedule/state/agent';
import type { SchedulerState } from '../../schedule/state/scheduler_state';
import { isWithinReach, type DeviceView } from './device_view';

export interface AgentView {
  readonly agentId: string;
  readonly state: AgentState;
  readonly heardAtMs: number;
  /** Devices within its reach that it drives. */
  readonly devices: number;
}

export function agentViews(
  state: SchedulerState,
  devices: readonly DeviceView[],
): readonly AgentView[] {
  const counts = new Map<string, number>();
  for (const device of devices.filter(isWithinReach))
    counts.set(device.agentId, (counts.get(device.agentId) ?? 0) + 1);
  return [...state.agents.values()].map(({ agentId, heardAtMs, state: agent }) => ({
    agentId,
    heardAtMs,
    state: agent,
    devices: counts.get(agentId) ?? 0,
  }));
}
