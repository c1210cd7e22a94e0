import { update, type Turn } from './turn';

/** After a restart: hold all grants until those who may be running the jobs have said so. */
export function startRecovery(turn: Turn, expectedAgentIds: readonly string[], untilMs: number): void {
  const attached = (agentId: string): boolean => turn.state.agents.get(agentId)?.state.kind === 'attached';
  waitFor(turn, expectedAgentIds.filter((agentId) => !attached(agentId)), untilMs);
}

export function agentRecovered(turn: Turn, agentId: string): void {
  const { recovery } = turn.state;
  if (recovery.kind === 'waiting') waitFor(turn, recovery.missingAgentIds.filter((missing) => missing !== agentId), recovery.untilMs);
}

/** The coordinator stood still for `gapMs`, in which nobody could attach. */
export function extendRecovery(turn: Turn, gapMs: number): void {
  const { recovery } = turn.state;
  if (recovery.kind === 'waiting') waitFor(turn, recovery.missingAgentIds, recovery.untilMs + gapMs);
}

export function checkRecoveryDeadline(turn: Turn): void {
  const { recovery, nowMs } = turn.state;
  if (recovery.kind === 'waiting' && recovery.untilMs <= nowMs) update(turn, { recovery: { kind: 'complete' } });
}

function waitFor(turn: Turn, missingAgentIds: readonly string[], untilMs: number): void {
  update(turn, { recovery: missingAgentIds.length === 0 ? { kind: 'complete' } : { kind: 'waiting', missingAgentIds, untilMs } });
}
