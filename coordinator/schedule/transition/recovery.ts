import { isAttached } from '../state/agent';
import { resultUnderWayMs } from '../state/limits';
import { update, type Draft } from './draft';

/** After a restart: hold all grants until those who may be running the jobs have said so. */
export function startRecovery(
  draft: Draft,
  expectedAgentIds: readonly string[],
  untilMs: number,
): void {
  const attached = (agentId: string): boolean => isAttached(draft.state.agents.get(agentId));
  waitFor(
    draft,
    expectedAgentIds.filter((agentId) => !attached(agentId)),
    untilMs,
  );
}

/** The agent said what it holds. What it handed over just before may still be on its way here: such a job is not granted again at once. */
export function agentRecovered(draft: Draft, agentId: string): void {
  const { recovery, nowMs } = draft.state;
  if (recovery.kind !== 'waiting') return;
  const missingAgentIds = recovery.missingAgentIds.filter((missing) => missing !== agentId);
  const isLast = missingAgentIds.length === 0 && recovery.missingAgentIds.length > 0;
  const untilMs = isLast ? Math.min(recovery.untilMs, nowMs + resultUnderWayMs) : recovery.untilMs;
  update(draft, { recovery: { kind: 'waiting', missingAgentIds, untilMs } });
}

/** The coordinator stood still for `gapMs`, in which nobody could attach. */
export function extendRecovery(draft: Draft, gapMs: number): void {
  const { recovery } = draft.state;
  if (recovery.kind === 'waiting')
    update(draft, { recovery: { ...recovery, untilMs: recovery.untilMs + gapMs } });
}

export function checkRecoveryDeadline(draft: Draft): void {
  const { recovery, nowMs } = draft.state;
  if (recovery.kind === 'waiting' && recovery.untilMs <= nowMs)
    update(draft, { recovery: { kind: 'complete' } });
}

function waitFor(draft: Draft, missingAgentIds: readonly string[], untilMs: number): void {
  update(draft, {
    recovery:
      missingAgentIds.length === 0
        ? { kind: 'complete' }
        : { kind: 'waiting', missingAgentIds, untilMs },
  });
}
