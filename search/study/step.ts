import { nextTrial, type TrialEvent } from '../../common/trial';
import { fleetAimOf } from '../spec/search_spec';
import { buildFailed, saveNextTrial, trialBuilt, trialRefused, trialSaved } from './building';
import { confirm, isConfirmed } from './confirming';
import type { StudyEffect } from './effect';
import type { Evidence } from './evidence';
import type { StudyEvent } from './event';
import { wholeFleet, withFleetAccuracies } from './fleet';
import { jobEnded, remeasurementSaved } from './job_end';
import { endOffering, keepOffer } from './offering';
import { forgetQuestion, propose, takeAnswer, wakeLanes } from './proposing';
import { endReplay, hearLater, remember } from './replay';
import { withAccuracies } from './results';
import { answer, enter, pauseFor, serveRequests, stateSaved } from './serving';
import type { Study } from './state';
import { laneNow, update, updateLane, type Turn } from './turn';

interface StudyStep {
  readonly study: Study;
  /** To be performed in order. */
  readonly effects: readonly StudyEffect[];
}

/**
 * The whole of a search: what it becomes when something happens, and what the world must do about it. Pure: equal arguments give
 * equal results, and nothing that was passed in changes.
 */
export function step(study: Study, event: StudyEvent & { readonly atMs: number }): StudyStep {
  const turn: Turn = {
    study: event.atMs > study.nowMs ? { ...study, nowMs: event.atMs } : study,
    effects: [],
  };
  apply(turn, event);
  if (isNews(event)) wakeLanes(turn);
  goOn(turn);
  return { study: turn.study, effects: turn.effects };
}

/** Whether a strategy that had nothing to propose may have something now. */
function isNews(event: StudyEvent): boolean {
  switch (event.kind) {
    case 'job-leased':
    case 'job-requeued':
      return false;
    case 'answered':
      return event.answer === 'exhausted' || event.target === wholeFleet;
    default:
      return true;
  }
}

/** All that the study does of itself, as its phase permits. */
function goOn(turn: Turn): void {
  serveRequests(turn);
  const { phase, lanes } = turn.study;
  if (phase.kind !== 'running' && phase.kind !== 'paused') return;
  for (const { target } of lanes) saveNextTrial(turn, target.name);
  if (phase.kind === 'paused' || !turn.study.requests.isEmpty()) return;
  propose(turn);
  for (const { target } of lanes) confirm(turn, target.name);
  if (turn.study.lanes.every((lane) => isConfirmed(turn.study, lane))) enter(turn, 'finished', {});
}

function apply(turn: Turn, event: StudyEvent): void {
  switch (event.kind) {
    case 'remembered':
      remember(turn, event.memory);
      return;
    case 'replayed':
      for (const ended of event.ends) jobEnded(turn, ended);
      return;
    case 'replay-ended':
      endReplay(turn);
      return;
    case 'fleet-changed':
      for (const { target } of turn.study.lanes)
        updateLane(turn, target.name, { devices: event.devices.get(target.name) ?? 0 });
      return;
    case 'woken':
      return;
    case 'accuracies-improved':
      improveAccuracies(turn, event);
      return;
    case 'answered':
      takeAnswer(turn, event.target, event.answer, event.expectation);
      return;
    case 'strategy-failed':
      forgetQuestion(turn, event.target);
      pauseFor(
        turn,
        `the strategy has failed: ${event.message}; resume the search to ask it again`,
      );
      return;
    case 'built':
      trialBuilt(turn, event, event.build);
      return;
    case 'refused':
      trialRefused(turn, event, event.fault);
      return;
    case 'build-failed':
      buildFailed(turn, event, event.message);
      return;
    default:
      applySaved(turn, event);
  }
}

type Saved = Extract<
  StudyEvent,
  { readonly kind: `${string}-saved` | 'offers-lost' | 'requested' | `job-${string}` }
>;

/** What the ledger has now, and what the engine and people say. */
function applySaved(turn: Turn, event: Saved): void {
  switch (event.kind) {
    case 'requested':
      update(turn, { requests: turn.study.requests.push({ ...event, state: 'waiting' }) });
      return;
    case 'trial-saved':
      trialSaved(turn, event);
      return;
    case 'remeasurement-saved':
      remeasurementSaved(turn, event.remeasurement);
      return;
    case 'offers-saved':
      for (const offer of event.offers) keepOffer(turn, offer, true);
      endOffering(turn, event.requestId);
      answer(turn, event.requestId, { kind: 'done' });
      return;
    case 'offers-lost':
      endOffering(turn, event.requestId);
      return;
    case 'state-saved':
      stateSaved(turn);
      return;
    case 'job-leased':
      changeTrial(turn, event.jobId, { kind: 'leased', lease: event.lease });
      return;
    case 'job-requeued':
      changeTrial(turn, event.jobId, { kind: 'requeued' });
      return;
    case 'job-ended':
      if (turn.study.phase.kind === 'replaying') hearLater(turn, event);
      else jobEnded(turn, event);
      return;
  }
}

function changeTrial(turn: Turn, jobId: string, event: TrialEvent<Evidence>): void {
  const job = turn.study.jobs.get(jobId);
  if (job?.purpose.kind !== 'trial') return;
  const { trials } = laneNow(turn, job.target);
  const trial = trials.get(job.architecture);
  if (trial !== undefined)
    updateLane(turn, job.target, {
      trials: trials.set(job.architecture, nextTrial(trial, event)),
    });
}

/** Past trials are seen anew. */
function improveAccuracies(
  turn: Turn,
  { accuracyPercentOf, errors }: Extract<StudyEvent, { readonly kind: 'accuracies-improved' }>,
): void {
  const { lanes, fleet, settings } = turn.study;
  const aim = fleetAimOf(settings.spec);
  update(turn, {
    accuracyPercentOf,
    lanes: lanes.map((lane) => ({
      ...lane,
      results: withAccuracies(lane.results, accuracyPercentOf),
    })),
    ...(fleet === null || aim === undefined
      ? {}
      : { fleet: withFleetAccuracies(fleet, aim, accuracyPercentOf) }),
  });
  if (errors.length === 0 || settings.spec.strategy.kind === 'external') return;
  const targets = aim === undefined ? lanes.map(({ target }) => target.name) : [wholeFleet];
  for (const target of targets)
    turn.effects.push({ kind: 'update-strategy', target, update: { kind: 'learn', errors } });
}
