import { resultUnderWayMs } from './limits';
import { update, type Turn } from './turn';

/** After a restart: hold all grants until those who may be running the jobs have said so. */
export function startRecovery(
  turn: Turn,
  expectedAgentIds: readonly string[],
  untilMs: number,
): void {
  const attached = (agentId: string): boolean =>
    turn.state.agents.get(agentId)?.state.kind === 'attached';
  waitFor(
    turn,
    expectedAgentIds.filter((agentId) => !attached(agentId)),
    untilMs,
  );
}

/** The agent said what it holds. What it handed over just before may still be on its way here: such a job is not granted again at once. */
export function agentRecovered(turn: Turn, agentId: string): void {
  const { recovery, nowMs } = turn.state;
  if (recovery.kind !== 'waiting') return;
  const missingAgentIds = recovery.missingAgentIds.filter((missing) => missing !== agentId);
  const isLast = missingAgentIds.length === 0 && recovery.missingAgentIds.length > 0;
  const untilMs = isLast ? Math.min(recovery.untilMs, nowMs + resultUnderWayMs) : recovery.untilMs;
  update(turn, { recovery: { kind: 'waiting', missingAgentIds, untilMs } });
}

/** The coordinator stood still for `gapMs`, in which nobody could attach. */
export function extendRecovery(turn: Turn, gapMs: number): void {
  const { recovery } = turn.state;
  if (recovery.kind === 'waiting')
    update(turn, { recovery: { ...recovery, untilMs: recovery.untilMs + gapMs } });
}

export function checkRecoveryDeadline(turn: Turn): void {
  const { recovery, nowMs } = turn.state;
  if (recovery.kind === 'waiting' && recovery.untilMs <= nowMs)
    update(turn, { recovery: { kind: 'complete' } });
}

function waitFor(turn: Turn, missingAgentIds: readonly string[], untilMs: number): void {
  update(turn, {
    recovery:
      missingAgentIds.length === 0
        ? { kind: 'complete' }
        : { kind: 'waiting', missingAgentIds, untilMs },
  });
}
