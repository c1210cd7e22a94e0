import { assert } from '../../common/assert';
import { nextTrial } from '../../common/trial';
import type { Proposal } from '../strategy/strategy';
import { fleetAimOf } from '../spec/search_spec';
import { indexOf } from './ending';
import type { JobEnded, Memory, Remeasurement, SavedTrial } from './event';
import { wholeFleet, withAdopted } from './fleet';
import { confirmationSaved } from './confirming';
import { withProposal } from './lane';
import { jobEnded } from './job_end';
import { keepOffer } from './offering';
import { lastingPhase } from './phase';
import { secondLookRound } from './second_look';
import { extended } from './serving';
import { isExternal } from './state';
import { laneNow, update, updateLane, type Turn } from './turn';

/** Takes over what an earlier process left. */
export function remember(turn: Turn, memory: Memory): void {
  for (const extension of memory.extensions) update(turn, extended(turn.study, extension));
  for (const { isWaiting, ...offer } of memory.offers) keepOffer(turn, offer, isWaiting);
  for (const trial of memory.trials) rememberTrial(turn, trial);
  for (const remeasurement of memory.remeasurements) rememberRemeasurement(turn, remeasurement);
}

/** The ledger is read: what was said meanwhile is heard, and what is open is the engine's again. */
export function endReplay(turn: Turn): void {
  const { phase } = turn.study;
  if (phase.kind !== 'replaying') return;
  update(turn, { phase: lastingPhase(phase.into, null) });
  if (phase.into === 'finished' || phase.into === 'stopped') return;
  for (const ended of phase.heard) jobEnded(turn, ended);
  if (phase.into === 'paused') turn.effects.push({ kind: 'pause-jobs' });
  for (const { job } of turn.study.jobs.values()) turn.effects.push({ kind: 'submit-job', job });
}

/** The engine speaks of a job while the ledger is being read; it may be told a second time by the ledger. */
export function hearLater(turn: Turn, ended: JobEnded): void {
  const { phase } = turn.study;
  if (phase.kind === 'replaying')
    update(turn, { phase: { ...phase, heard: phase.heard.push(ended) } });
}

function rememberTrial(turn: Turn, { target, architecture, sequence, job }: SavedTrial): void {
  const lane = withProposal(laneNow(turn, target), { sequence, architecture });
  const trial = lane.trials.get(architecture);
  assert(trial !== undefined, `${architecture} was just proposed`);
  updateLane(turn, target, {
    ...lane,
    trials: lane.trials.set(architecture, nextTrial(trial, { kind: 'saved', job })),
  });
  update(turn, {
    jobs: turn.study.jobs.set(job.jobId, { job, target, architecture, purpose: { kind: 'trial' } }),
  });
  adopt(turn, target, { sequence, architecture });
}

/** The strategy takes over its proposal. */
function adopt(turn: Turn, target: string, proposal: Proposal): void {
  const { fleet, settings } = turn.study;
  if (isExternal(turn.study)) return;
  if (fleet === null || fleetAimOf(settings.spec) === undefined) {
    turn.effects.push({ kind: 'update-strategy', target, update: { kind: 'adopt', proposal } });
    return;
  }
  const adopted = withAdopted(fleet, indexOf(turn.study, target), proposal);
  update(turn, { fleet: adopted.fleet });
  if (adopted.update !== null)
    turn.effects.push({ kind: 'update-strategy', target: wholeFleet, update: adopted.update });
}

function rememberRemeasurement(turn: Turn, remeasurement: Remeasurement): void {
  const { target, architecture, sequence, round, job } = remeasurement;
  const lane = laneNow(turn, target);
  updateLane(turn, target, { nextRemeasurement: Math.max(lane.nextRemeasurement, sequence + 1) });
  const isSecondLook = round === secondLookRound;
  update(turn, {
    jobs: turn.study.jobs.set(job.jobId, {
      ...{ job, target, architecture },
      purpose: isSecondLook ? { kind: 'second-look' } : { kind: 'confirmation', round },
    }),
  });
  if (!isSecondLook) {
    confirmationSaved(turn, target, { architecture, round, jobId: job.jobId });
    return;
  }
  const trial = lane.trials.get(architecture);
  assert(trial !== undefined, `${architecture} was proposed before it was doubted`);
  updateLane(turn, target, {
    trials: lane.trials.set(architecture, { ...trial, secondLookJobId: job.jobId }),
    doubted: lane.doubted + 1,
  });
}
