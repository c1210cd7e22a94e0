import type { DeviceDescription } from '../../../common/device';
import type { Lease } from '../../../common/job';
import { isAttached, type Agent, type AgentState } from '../state/agent';
import { freeStateOf, type FleetDevice } from '../state/device';
import { agentSilenceMs, forgetAgentAfterMs, rememberedAgentArtifacts } from '../state/limits';
import { emptyRecentSet } from '../state/recent_set';
import { handOverDevicesOf, loseDevice, registerDevice } from './device';
import { reindexDevicesOf, saveDevice } from './device_index';
import { attachDevice } from './device_state';
import { raiseFleetVersion, update, type Draft } from './draft';
import { reconcileLeases } from './held_leases';
import { loseLeasesOf } from './lease';

/** The complete hello of a new stream. */
export function agentAttached(
  draft: Draft,
  agentId: string,
  devices: readonly DeviceDescription[],
  heldLeases: readonly Lease[],
): void {
  const { state } = draft;
  const artifacts =
    state.agents.get(agentId)?.artifacts ?? emptyRecentSet(rememberedAgentArtifacts);
  saveAgent(draft, {
    agentId,
    heardAtMs: state.nowMs,
    artifacts,
    state: { kind: 'attached', sinceMs: state.nowMs },
  });
  const serials = new Set(devices.map((device) => device.serial));
  for (const device of devices) registerDevice(draft, agentId, device);
  for (const device of draft.state.devices.values()) {
    if (isSeenBy(device, agentId) && !serials.has(device.description.serial))
      loseDevice(draft, agentId, device.description.serial, 'unplugged');
  }
  reindexDevicesOf(draft, agentId);
  reconcileLeases(draft, agentId, heldLeases);
}

/**
 * A heartbeat. From an agent that was given up it is as good as a return: its devices were never unplugged. One that is not
 * known any more must say hello again: its devices are not known either.
 */
export function agentHeard(draft: Draft, agentId: string, heldLeases: readonly Lease[]): void {
  const agent = draft.state.agents.get(agentId);
  if (agent === undefined) {
    draft.effects.push({ kind: 'end-agent', agentId });
    return;
  }
  const { nowMs } = draft.state;
  const attached: AgentState =
    agent.state.kind === 'attached' ? agent.state : { kind: 'attached', sinceMs: nowMs };
  saveAgent(draft, { ...agent, heardAtMs: nowMs, state: attached });
  if (agent.state.kind !== 'attached') {
    restoreDevices(draft, agentId);
    reindexDevicesOf(draft, agentId);
  }
  reconcileLeases(draft, agentId, heldLeases);
}

export function agentDetached(draft: Draft, agentId: string): void {
  const agent = draft.state.agents.get(agentId);
  if (agent?.state.kind !== 'attached') return;
  saveAgent(draft, { ...agent, state: { kind: 'detached', sinceMs: draft.state.nowMs } });
  handOverDevicesOf(draft, agentId);
  reindexDevicesOf(draft, agentId);
}

/** Gives up agents that have been silent too long, and forgets those that were given up long ago. */
export function dropSilentAgents(draft: Draft): void {
  const { nowMs } = draft.state;
  for (const agent of draft.state.agents.values()) {
    const silentMs = nowMs - agent.heardAtMs;
    if (agent.state.kind !== 'lost' && silentMs >= agentSilenceMs) loseAgent(draft, agent);
    else if (agent.state.kind === 'lost' && silentMs >= forgetAgentAfterMs)
      forgetAgent(draft, agent.agentId);
  }
}

/** The coordinator stood still for `gapMs`: nobody could be heard, which is nobody's silence. */
export function forgiveSilence(draft: Draft, gapMs: number): void {
  const { nowMs, agents } = draft.state;
  update(draft, {
    agents: agents.map((agent) => ({
      ...agent,
      heardAtMs: Math.min(nowMs, agent.heardAtMs + gapMs),
    })),
  });
}

function loseAgent(draft: Draft, agent: Agent): void {
  draft.effects.push({ kind: 'end-agent', agentId: agent.agentId });
  saveAgent(draft, { ...agent, state: { kind: 'lost', sinceMs: draft.state.nowMs } });
  for (const device of draft.state.devices.values()) {
    if (device.agentId === agent.agentId)
      loseDevice(draft, agent.agentId, device.description.serial, 'agent-lost');
  }
  loseLeasesOf(draft, agent.agentId);
}

function restoreDevices(draft: Draft, agentId: string): void {
  for (const device of draft.state.devices.values()) {
    const { agentId: owner, alsoSeenBy, description } = device;
    const free = freeStateOf(device);
    const seen =
      owner === agentId && free.kind === 'absent' && free.cause === 'agent-lost'
        ? description
        : undefined;
    // Of an agent that is out of reach itself, a device is taken over; of one that unplugged it, too.
    const taken =
      owner !== agentId && (free.kind === 'absent' || !isAttached(draft.state.agents.get(owner)))
        ? alsoSeenBy.find((each) => each.agentId === agentId)?.description
        : undefined;
    const found = seen ?? taken;
    if (found !== undefined) saveDevice(draft, attachDevice(device, found, agentId));
  }
}

function isSeenBy({ agentId: owner, alsoSeenBy }: FleetDevice, agentId: string): boolean {
  return owner === agentId || alsoSeenBy.some((each) => each.agentId === agentId);
}

function saveAgent(draft: Draft, agent: Agent): void {
  const before = draft.state.agents.get(agent.agentId);
  update(draft, { agents: draft.state.agents.set(agent.agentId, agent) });
  if (before?.state.kind !== agent.state.kind) raiseFleetVersion(draft);
}

function forgetAgent(draft: Draft, agentId: string): void {
  update(draft, { agents: draft.state.agents.delete(agentId) });
  raiseFleetVersion(draft);
}
