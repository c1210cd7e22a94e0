import { Map } from 'immutable';
import type { FarmFault } from '../../../common/fault';

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

/** Whether the target may get a job now. */
export function isOpen(troubles: TargetTroubles, targetKey: string): boolean {
  const kind = troubles.get(targetKey)?.kind;
  return kind === undefined || kind === 'retrying';
}

export function isQuarantined(troubles: TargetTroubles, targetKey: string): boolean {
  return troubles.get(targetKey)?.kind === 'quarantined';
}
