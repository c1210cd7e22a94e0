import type { DeviceDescription } from '../../common/device';
import type { Lease } from '../../common/job';
import { reindexDevicesOf } from './device_index';
import { handOverDevicesOf, loseDevice, registerDevice, changeDevice } from './fleet';
import { attachDevice, type Device } from './device';
import { adoptLease, claimJob, doubtLease, loseLeasesOf, renewLease } from './lease';
import { agentSilenceMs, forgetAgentAfterMs, rememberedAgentArtifacts } from './limits';
import { emptyRecentSet, type RecentSet } from './recent_set';
import { currentLease, isGenuine, type ActiveLease } from './state';
import { update, type Turn } from './turn';

export type AgentState =
  | { readonly kind: 'attached'; readonly sinceMs: number }
  /** The stream broke. Its leases live on until they expire. */
  | { readonly kind: 'detached'; readonly sinceMs: number }
  | { readonly kind: 'lost'; readonly sinceMs: number };

export interface Agent {
  readonly agentId: string;
  readonly heardAtMs: number;
  readonly state: AgentState;
  /** Digests that were sent to its cache. */
  readonly artifacts: RecentSet;
}

/** The complete hello of a new stream. */
export function agentAttached(
  turn: Turn,
  agentId: string,
  devices: readonly DeviceDescription[],
  heldLeases: readonly Lease[],
): void {
  const { state } = turn;
  const artifacts =
    state.agents.get(agentId)?.artifacts ?? emptyRecentSet(rememberedAgentArtifacts);
  saveAgent(turn, {
    agentId,
    heardAtMs: state.nowMs,
    artifacts,
    state: { kind: 'attached', sinceMs: state.nowMs },
  });
  const serials = new Set(devices.map((device) => device.serial));
  for (const device of devices) registerDevice(turn, agentId, device);
  for (const device of turn.state.devices.values()) {
    if (isSeenBy(device, agentId) && !serials.has(device.description.serial))
      loseDevice(turn, agentId, device.description.serial, 'unplugged');
  }
  reindexDevicesOf(turn, agentId);
  reconcileLeases(turn, agentId, heldLeases);
}

/**
 * A heartbeat. From an agent that was given up it is as good as a return: its devices were never unplugged. One that is not
 * known any more must say hello again: its devices are not known either.
 */
export function agentHeard(turn: Turn, agentId: string, heldLeases: readonly Lease[]): void {
  const agent = turn.state.agents.get(agentId);
  if (agent === undefined) {
    turn.effects.push({ kind: 'end-agent', agentId });
    return;
  }
  const { nowMs } = turn.state;
  const attached: AgentState =
    agent.state.kind === 'attached' ? agent.state : { kind: 'attached', sinceMs: nowMs };
  saveAgent(turn, { ...agent, heardAtMs: nowMs, state: attached });
  if (agent.state.kind !== 'attached') {
    restoreDevices(turn, agentId);
    reindexDevicesOf(turn, agentId);
  }
  reconcileLeases(turn, agentId, heldLeases);
}

export function agentDetached(turn: Turn, agentId: string): void {
  const agent = turn.state.agents.get(agentId);
  if (agent?.state.kind !== 'attached') return;
  saveAgent(turn, { ...agent, state: { kind: 'detached', sinceMs: turn.state.nowMs } });
  handOverDevicesOf(turn, agentId);
  reindexDevicesOf(turn, agentId);
}

/** Gives up agents that have been silent too long, and forgets those that were given up long ago. */
export function dropSilentAgents(turn: Turn): void {
  const { nowMs } = turn.state;
  for (const agent of turn.state.agents.values()) {
    const silentMs = nowMs - agent.heardAtMs;
    if (agent.state.kind !== 'lost' && silentMs >= agentSilenceMs) loseAgent(turn, agent);
    else if (agent.state.kind === 'lost' && silentMs >= forgetAgentAfterMs)
      update(turn, { agents: turn.state.agents.delete(agent.agentId) });
  }
}

/** The coordinator stood still for `gapMs`: nobody could be heard, which is nobody's silence. */
export function forgiveSilence(turn: Turn, gapMs: number): void {
  const { nowMs, agents } = turn.state;
  update(turn, {
    agents: agents.map((agent) => ({
      ...agent,
      heardAtMs: Math.min(nowMs, agent.heardAtMs + gapMs),
    })),
  });
}

function loseAgent(turn: Turn, agent: Agent): void {
  turn.effects.push({ kind: 'end-agent', agentId: agent.agentId });
  saveAgent(turn, { ...agent, state: { kind: 'lost', sinceMs: turn.state.nowMs } });
  for (const device of turn.state.devices.values()) {
    if (device.agentId === agent.agentId)
      loseDevice(turn, agent.agentId, device.description.serial, 'agent-lost');
  }
  loseLeasesOf(turn, agent.agentId);
}

function restoreDevices(turn: Turn, agentId: string): void {
  for (const { agentId: owner, alsoSeenBy, description, state } of turn.state.devices.values()) {
    const free = state.kind === 'leased' ? state.afterwards : state;
    const seen =
      owner === agentId && free.kind === 'absent' && free.cause === 'agent-lost'
        ? description
        : undefined;
    // Of an agent that is out of reach itself, a device is taken over; of one that unplugged it, too.
    const taken =
      owner !== agentId && (free.kind === 'absent' || !isAttached(turn, owner))
        ? alsoSeenBy.find((each) => each.agentId === agentId)?.description
        : undefined;
    const found = seen ?? taken;
    if (found !== undefined)
      changeDevice(turn, found.serial, (device) => attachDevice(device, found, agentId));
  }
}

function isSeenBy({ agentId: owner, alsoSeenBy }: Device, agentId: string): boolean {
  return owner === agentId || alsoSeenBy.some((each) => each.agentId === agentId);
}

function isAttached(turn: Turn, agentId: string): boolean {
  return turn.state.agents.get(agentId)?.state.kind === 'attached';
}

/** What the agent holds against what it should: renew, adopt, stop, doubt. */
function reconcileLeases(turn: Turn, agentId: string, heldLeases: readonly Lease[]): void {
  const heldEpochs = new Set<number>();
  // Of two leases that an agent holds for one device, the newer is the one that counted last.
  for (const lease of heldLeases.toSorted((a, b) => b.epoch - a.epoch)) {
    const active = isGenuine(turn.state, agentId, lease)
      ? (currentLease(turn.state, lease) ?? adopt(turn, agentId, lease))
      : undefined;
    if (active?.agentId !== agentId) turn.effects.push({ kind: 'stop-job', agentId, lease });
    else {
      heldEpochs.add(lease.epoch);
      renewLease(turn, active);
    }
  }
  for (const active of turn.state.leases.values()) {
    if (active.agentId === agentId && !heldEpochs.has(active.lease.epoch)) doubtLease(turn, active);
  }
}

/** A lease from before a restart, for a job that nobody has been given since. */
function adopt(turn: Turn, agentId: string, lease: Lease): ActiveLease | undefined {
  const open = turn.state.leases.has(lease.deviceSerial) ? undefined : claimJob(turn, lease);
  if (open === undefined) return undefined;
  adoptLease(turn, open, lease, agentId);
  return currentLease(turn.state, lease);
}

function saveAgent(turn: Turn, agent: Agent): void {
  update(turn, { agents: turn.state.agents.set(agent.agentId, agent) });
}
