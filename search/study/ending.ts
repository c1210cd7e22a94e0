import { assert } from '../../common/assert';
import { nextTrial, type TrialEnd } from '../../common/trial';
import { pointOf } from '../front/front';
import { fleetAimOf } from '../spec/search_spec';
import type { Evaluation } from '../strategy/strategy';
import { violationOfMeasured } from '../spec/violation';
import type { Evidence } from './evidence';
import type { TrialName } from './event';
import { wholeFleet, withVerdict } from './fleet';
import { withResult } from './results';
import { isExternal, type Study } from './state';
import { laneNow, update, updateLane, type Turn } from './turn';

/** The trial's final word: what it says is kept, and the strategy hears of it. */
export function endTrial(
  turn: Turn,
  { target, architecture }: TrialName,
  end: TrialEnd<Evidence>,
): void {
  const lane = laneNow(turn, target);
  const trial = lane.trials.get(architecture);
  assert(
    trial !== undefined && trial.state.kind !== 'ended',
    `${architecture} is a trial of ${target} that has not ended`,
  );
  updateLane(turn, target, {
    trials: lane.trials.set(architecture, nextTrial(trial, { kind: 'ended', end })),
    pending: lane.pending - 1,
    ended: { ...lane.ended, [end.kind]: lane.ended[end.kind] + 1 },
    expectations: lane.expectations.delete(architecture),
  });
  if (end.kind === 'measured') updateLane(turn, target, { phoneMs: lane.phoneMs + end.deviceMs });
  tellStrategy(turn, { target, architecture }, judge(turn, { target, architecture }, end));
}

/** What the strategy learns of an end. */
function judge(turn: Turn, name: TrialName, end: TrialEnd<Evidence>): Evaluation | 'withdrawn' {
  switch (end.kind) {
    case 'abandoned':
      return 'withdrawn';
    case 'infeasible':
      return {
        kind: 'infeasible',
        violation: end.refusedBy.kind === 'limit' ? end.refusedBy.excess : Infinity,
      };
    default:
      return keepResult(turn, name, end);
  }
}

function keepResult(
  turn: Turn,
  { target, architecture }: TrialName,
  evidence: Evidence,
): Evaluation {
  const lane = laneNow(turn, target);
  const { latencyMs, relativeNoise, deviceSerial, isUncertain } = evidence;
  const violation = violationOfMeasured(lane.target.constraints, evidence);
  const member = {
    architecture,
    latencyMs,
    accuracyPercent: turn.study.accuracyPercentOf(architecture),
  };
  const standing = violation > 0 ? 'outside' : isUncertain === true ? 'uncertain' : 'certain';
  updateLane(turn, target, {
    results: withResult(lane.results, { ...member, standing }),
    virtualMeasurements: lane.virtualMeasurements + countVirtual(evidence),
  });
  return { kind: 'measured', objectives: pointOf(member), violation, relativeNoise, deviceSerial };
}

/** How many of these are no measurement of silicon: 0 or 1. */
export function countVirtual({ deviceKind }: Evidence): number {
  return deviceKind === 'virtual' ? 1 : 0;
}

function tellStrategy(
  turn: Turn,
  { target, architecture }: TrialName,
  verdict: Evaluation | 'withdrawn',
): void {
  const { study } = turn;
  const aim = fleetAimOf(study.settings.spec);
  if (isExternal(study)) return;
  if (study.fleet === null || aim === undefined) {
    turn.effects.push({
      kind: 'update-strategy',
      target,
      update:
        verdict === 'withdrawn'
          ? { kind: 'withdraw', architecture }
          : { kind: 'tell', architecture, evaluation: verdict },
    });
    return;
  }
  const index = indexOf(study, target);
  const { fleet, update: told } = withVerdict(study.fleet, aim, { index, architecture, verdict });
  update(turn, { fleet });
  if (told !== null)
    turn.effects.push({ kind: 'update-strategy', target: wholeFleet, update: told });
}

/** The place of a target among those of the search. */
export function indexOf({ lanes }: Study, target: string): number {
  return lanes.findIndex((lane) => lane.target.name === target);
}
