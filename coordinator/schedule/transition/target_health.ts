import { isConclusive } from '../../../common/fault';
import type { Outcome } from '../../../common/job';
import {
  firstQuarantineMs,
  firstTargetRestMs,
  largestQuarantineMs,
  modelsToQuarantineTarget,
  rememberedTargetFaults,
} from '../state/limits';
import type { TargetFault, TargetTrouble, TargetTroubles } from '../state/target_trouble';
import { faultPolicy } from './fault_policy';

/** What was tried, and what came of it. */
export interface TargetAttempt {
  readonly targetKey: string;
  readonly digest: string;
  readonly outcome: Outcome;
}

/** What an attempt tells about its target on this phone. */
export function judgeTarget(
  troubles: TargetTroubles,
  { targetKey, digest, outcome }: TargetAttempt,
  nowMs: number,
): TargetTroubles {
  if (provesTools(outcome)) return troubles.delete(targetKey);
  if (outcome.kind !== 'farm-fault') return troubles;
  if (faultPolicy(outcome.code).device !== 'target') return troubles;
  return troubles.set(
    targetKey,
    afterFault(troubles.get(targetKey), { digest, fault: outcome }, nowMs),
  );
}

/** Whether an attempt shows that the target's tools work: by a number, or by a verdict about the model. */
export function provesTools(outcome: Outcome): boolean {
  return (
    outcome.kind === 'measured' ||
    (outcome.kind === 'candidate-fault' && isConclusive(outcome.code))
  );
}

function afterFault(
  trouble: TargetTrouble | undefined,
  last: TargetFault,
  nowMs: number,
): TargetTrouble {
  const faults = [...(trouble?.faults ?? []), last].slice(-rememberedTargetFaults);
  const quarantinesInARow =
    trouble === undefined || trouble.kind === 'resting' ? 0 : trouble.quarantinesInARow;
  const models = new Set(faults.map(({ digest }) => digest)).size;
  if (quarantinesInARow === 0 && models < modelsToQuarantineTarget)
    return {
      kind: 'resting',
      untilMs: nowMs + firstTargetRestMs * 2 ** (faults.length - 1),
      faults,
    };
  const untilMs =
    nowMs + Math.min(largestQuarantineMs, firstQuarantineMs * 2 ** Math.min(quarantinesInARow, 20));
  return { kind: 'quarantined', untilMs, faults, quarantinesInARow: quarantinesInARow + 1 };
}

/** The end of rests and quarantines; the same map when none ends. */
export function wakeTargets(troubles: TargetTroubles, nowMs: number): TargetTroubles {
  if (troubles.size === 0) return troubles;
  return troubles.map((trouble) => {
    if (trouble.kind === 'retrying' || trouble.untilMs > nowMs) return trouble;
    return {
      kind: 'retrying',
      faults: trouble.faults,
      quarantinesInARow: trouble.kind === 'quarantined' ? trouble.quarantinesInARow : 0,
    };
  });
}
