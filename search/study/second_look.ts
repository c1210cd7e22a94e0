import { nextTrial, type TrialEnd } from '../../common/trial';
import { isDoubtful, standing } from '../strategy/expectation';
import { endTrial } from './ending';
import type { Evidence } from './evidence';
import type { TrialName } from './event';
import { decisionMsOf, type Lane } from './lane';
import { askAgain } from './remeasuring';
import type { Study } from './state';
import { laneNow, updateLane, type Turn } from './turn';

/** In the ledger second looks stand among the confirmations, whose rounds count from 1. */
export const secondLookRound = 0;
/** A strategy that is surprised more often is wrong itself: so many, and one for each ten measurements. */
const mostAtFirst = 3;
const mostShare = 0.1;

/**
 * A trial's own job has ended. A measurement that is far from what the strategy believed is made once more before it teaches it. Which networks
 * were looked at twice is in the ledger, so that a restart tells the strategy the same in the same order.
 */
export function ownJobEnded(turn: Turn, name: TrialName, end: TrialEnd<Evidence>): void {
  const lane = laneNow(turn, name.target);
  const trial = lane.trials.get(name.architecture);
  if (trial === undefined || trial.state.kind === 'ended' || trial.state.kind === 'doubted') return;
  if (end.kind !== 'measured') {
    endTrial(turn, name, end);
    return;
  }
  const known = trial.secondLookJobId;
  if (known === null && !isSurprising(turn.study, lane, name.architecture, end)) {
    endTrial(turn, name, end);
    return;
  }
  const key = { ...name, round: secondLookRound };
  const secondLookJobId = known ?? turn.study.settings.jobIdOf(key);
  updateLane(turn, name.target, {
    trials: lane.trials.set(
      name.architecture,
      nextTrial(trial, { kind: 'doubted', secondLookJobId, first: end }),
    ),
    doubted: lane.doubted + (known === null ? 1 : 0),
  });
  if (known === null) askAgain(turn, key);
}

/** The second measurement has ended. Which of the two stands follows from them alone; where it failed, the first does. */
export function secondLookEnded(turn: Turn, name: TrialName, end: TrialEnd<Evidence>): void {
  const state = laneNow(turn, name.target).trials.get(name.architecture)?.state;
  if (state?.kind !== 'doubted') return;
  const { first } = state;
  if (end.kind !== 'measured') {
    endTrial(turn, name, { kind: 'measured', ...first });
    return;
  }
  // Both took time of a phone.
  const deviceMs = first.deviceMs + end.deviceMs;
  endTrial(turn, name, { ...standing<Evidence>(first, end), kind: 'measured', deviceMs });
}

function isSurprising(
  { accuracyPercentOf }: Study,
  lane: Lane,
  architecture: string,
  evidence: Evidence,
): boolean {
  const expectation = lane.expectations.get(architecture);
  return (
    expectation !== undefined &&
    isDoubtful(expectation, evidence, decisionMsOf(lane, accuracyPercentOf(architecture))) &&
    lane.doubted < mostAtFirst + mostShare * lane.ended.measured
  );
}
