import { Map } from 'immutable';
import { isConclusive, type FarmFault } from '../../common/fault';
import type { Outcome } from '../../common/job';
import { faultPolicy } from './fault_policy';
import {
  firstQuarantineMs,
  firstTargetRestMs,
  largestQuarantineMs,
  modelsToQuarantineTarget,
  rememberedTargetFaults,
} from './limits';

/** A fault that the target's tools on one phone are blamed for. */
export interface TargetFault {
  /** The model that was tried. */
  readonly digest: string;
  readonly fault: FarmFault;
}

/** How a target does on one phone whose tools failed it lately. The phone's other targets have nothing to do with it. */
export type TargetTrouble =
  /** It failed, perhaps by chance; a tool that ends at once is not tried again at once. */
  | { readonly kind: 'resting'; readonly untilMs: number; readonly faults: readonly TargetFault[] }
  /** It failed for models that have nothing in common but the target. */
  | {
      readonly kind: 'quarantined';
      readonly untilMs: number;
      readonly faults: readonly TargetFault[];
      readonly quarantinesInARow: number;
    }
  /** A rest or a quarantine is over: the next job decides. After a quarantine it is the probation. */
  | {
      readonly kind: 'retrying';
      readonly faults: readonly TargetFault[];
      readonly quarantinesInARow: number;
    };

/** By target; one without trouble has no entry. */
export type TargetTroubles = Map<string, TargetTrouble>;

export const noTroubles: TargetTroubles = Map();

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

/** Whether the target may get a job now. */
export function isOpen(troubles: TargetTroubles, targetKey: string): boolean {
  const kind = troubles.get(targetKey)?.kind;
  return kind === undefined || kind === 'retrying';
}

export function isQuarantined(troubles: TargetTroubles, targetKey: string): boolean {
  return troubles.get(targetKey)?.kind === 'quarantined';
}
