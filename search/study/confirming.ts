import type { TrialEnd } from '../../common/trial';
import { isSearched } from './budget_room';
import { countVirtual } from './ending';
import type { Evidence } from './evidence';
import type { TrialName } from './event';
import { confirmationKey, type Confirmation, type Lane } from './lane';
import { askAgain } from './remeasuring';
import { foundOf } from './results';
import type { Study } from './state';
import { laneNow, updateLane, type Turn } from './turn';

/** As many as tell a front's shape; more would cost more phone time than many a search. */
const mostConfirmed = 20;

export interface ConfirmationProgress {
  /** Still to be measured again. */
  readonly confirming: number;
  readonly confirmed: number;
  /** How long devices were at those. */
  readonly confirmedMs: number;
}

type Due = Pick<Confirmation, 'architecture' | 'round'>;

/** Measures the front of a target again once its search is over: each member once in each round, round after round, so that drift hits all alike. */
export function confirm(turn: Turn, target: string): void {
  const lane = laneNow(turn, target);
  const [next] = dueOf(turn.study, lane) ?? [];
  if (next === undefined || countOf(lane, 'saving') > 0) return;
  const jobId = askAgain(turn, { target, ...next });
  setConfirmation(turn, target, { ...next, jobId, state: { kind: 'saving' } });
}

/** The search on the target is over, and its front confirmed. */
export function isConfirmed(study: Study, lane: Lane): boolean {
  return (
    dueOf(study, lane)?.length === 0 && countOf(lane, 'saving') === 0 && countOf(lane, 'open') === 0
  );
}

/** A job that confirms is in the ledger. */
export function confirmationSaved(
  turn: Turn,
  target: string,
  confirmation: Omit<Confirmation, 'state'>,
): void {
  setConfirmation(turn, target, { ...confirmation, state: { kind: 'open' } });
}

/** One that failed is not repeated: its network stands by what else is known of it. */
export function confirmationEnded(
  turn: Turn,
  { target, architecture, round }: TrialName & Pick<Confirmation, 'round'>,
  end: TrialEnd<Evidence>,
): void {
  const lane = laneNow(turn, target);
  const known = lane.confirmations.get(confirmationKey(architecture, round));
  if (known?.state.kind !== 'open') return;
  setConfirmation(turn, target, {
    ...known,
    state: end.kind === 'measured' ? { kind: 'measured', evidence: end } : { kind: 'failed' },
  });
  if (end.kind === 'measured')
    updateLane(turn, target, {
      virtualMeasurements: lane.virtualMeasurements + countVirtual(end),
    });
}

export function confirmationProgress(study: Study, lane: Lane): ConfirmationProgress {
  const due = dueOf(study, lane) ?? [];
  const confirmed = [...lane.confirmations.values()].flatMap(({ state }) =>
    state.kind === 'measured' ? [state.evidence] : [],
  );
  return {
    confirming: due.length + countOf(lane, 'saving') + countOf(lane, 'open'),
    confirmed: confirmed.length,
    confirmedMs: confirmed.reduce((sum, { deviceMs }) => sum + deviceMs, 0),
  };
}

/** What is still to be asked for, round after round; undefined while the front may still change. What was asked for is not due, whatever became of it. */
function dueOf(study: Study, lane: Lane): readonly Due[] | undefined {
  const front = frontToConfirm(study, lane);
  if (front === undefined) return undefined;
  const members = evenlySpread(front, mostConfirmed);
  const rounds = Array.from(
    { length: study.settings.spec.confirm.rounds },
    (_, index) => index + 1,
  );
  return rounds.flatMap((round) =>
    members.flatMap(({ architecture }) =>
      lane.confirmations.has(confirmationKey(architecture, round)) ? [] : [{ architecture, round }],
    ),
  );
}

/** What is uncertain is measured again with the front: then it may be of it. */
function frontToConfirm(
  study: Study,
  lane: Lane,
): readonly Pick<Confirmation, 'architecture'>[] | undefined {
  const { fleet, lanes } = study;
  if (fleet !== null)
    return lanes.every((each) => isSearched(study, each)) ? fleet.front : undefined;
  return isSearched(study, lane) ? foundOf(lane.results) : undefined;
}

function setConfirmation(turn: Turn, target: string, confirmation: Confirmation): void {
  const { confirmations } = laneNow(turn, target);
  updateLane(turn, target, {
    confirmations: confirmations.set(
      confirmationKey(confirmation.architecture, confirmation.round),
      confirmation,
    ),
  });
}

function countOf({ confirmations }: Lane, kind: Confirmation['state']['kind']): number {
  return confirmations.count(({ state }) => state.kind === kind);
}

/** The first, the last, and those between at equal distances in their order; all when there are no more than `most` (at least 2). */
export function evenlySpread<Element>(
  elements: readonly Element[],
  most: number,
): readonly Element[] {
  if (elements.length <= most) return elements;
  const chosen = new Set(
    Array.from({ length: most }, (_, index) =>
      Math.round((index * (elements.length - 1)) / (most - 1)),
    ),
  );
  return elements.filter((_, index) => chosen.has(index));
}
