import { assert, unreachable } from '../../common/assert';
import type { JobResult } from '../../common/job';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { JobRecordState, LedgerEntry } from '../ledger/job_records';
import type { JobConclusion, OpenJob } from '../schedule/state/job';
import type { SchedulerEffect } from '../schedule/event/effect';
import type { AgentLinks } from './agent_links';
import type { FarmObserver } from './farm_observer';
import type { JobUpdate } from './job_update';
import type { Work } from './work_queue';

interface EffectTranslatorParts {
  readonly agents: AgentLinks;
  readonly observer: FarmObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tell: (ownerId: string, update: JobUpdate) => void;
}

type Attempt = Extract<SchedulerEffect, { kind: 'record-attempt' }>;
type Ended = Extract<SchedulerEffect, { kind: 'job-ended' }>;
type RunJob = Extract<SchedulerEffect, { kind: 'run-job' }>;

/** One step of the scheduler, seen from outside. */
interface StepTaken {
  readonly effects: readonly SchedulerEffect[];
  readonly atMs: number;
  /** What the ledger keeps. */
  readonly timeOfDayMs: number;
  /** A job that was open before the step or is open after it. */
  readonly findJob: (jobId: string) => OpenJob | undefined;
}

interface StepContext extends StepTaken {
  readonly entries: LedgerEntry[];
  readonly actions: (() => void)[];
}

/** Turns the effects of one step into ledger entries and actions. */
export function createEffectTranslator(parts: EffectTranslatorParts): (step: StepTaken) => Work {
  return (taken) => {
    const step: StepContext = { ...taken, entries: [], actions: [] };
    for (const effect of taken.effects) translateEffect(parts, effect, step);
    return step;
  };
}

function translateEffect(
  parts: EffectTranslatorParts,
  effect: SchedulerEffect,
  step: StepContext,
): void {
  switch (effect.kind) {
    case 'run-job':
      translateRunJob(parts, effect, step);
      return;
    case 'stop-job':
      step.actions.push(() =>
        parts.agents.send(effect.agentId, { kind: 'stop-job', lease: effect.lease }),
      );
      return;
    case 'prefetch-artifact':
      step.actions.push(() =>
        parts.agents.send(effect.agentId, { kind: 'prefetch-artifact', artifact: effect.artifact }),
      );
      return;
    case 'end-agent':
      step.actions.push(() => parts.agents.end(effect.agentId));
      return;
    case 'record-attempt':
      translateAttempt(parts, effect, step);
      return;
    case 'discard-result':
      step.actions.push(() => {
        const { lease, cause, reason } = effect;
        parts.logger[cause === 'forged' ? 'warn' : 'debug'](
          { lease, cause, reason },
          'result discarded',
        );
        parts.observer.resultDiscarded(cause);
      });
      return;
    case 'job-ended':
      translateEnd(parts, effect, step);
      return;
    default:
      unreachable(effect);
  }
}

function translateRunJob(parts: EffectTranslatorParts, effect: RunJob, step: StepContext): void {
  const { agentId, job, lease } = effect;
  const open = step.findJob(job.jobId);
  assert(open !== undefined, 'a lease is granted only for an open job');
  step.actions.push(() => {
    parts.agents.send(agentId, { kind: 'run-job', job, lease });
    parts.observer.jobSent({ job, lease, atMs: parts.clock.nowMs() });
    parts.tell(open.ownerId, { kind: 'leased', jobId: job.jobId, lease });
  });
}

function translateAttempt(parts: EffectTranslatorParts, effect: Attempt, step: StepContext): void {
  const { lease, agentId, outcome } = effect;
  const open = step.findJob(lease.jobId);
  assert(open !== undefined, 'an attempt is recorded only for an open job');
  const result: JobResult = { lease, agentId, artifactDigest: open.job.artifact.digest, outcome };
  step.entries.push({ kind: 'attempt', result, atMs: step.timeOfDayMs });
  const isLast = step.effects.some(
    (other) => other.kind === 'job-ended' && other.jobId === lease.jobId,
  );
  step.actions.push(() => {
    parts.observer.attemptRecorded({ lease, outcome, atMs: step.atMs });
    if (!isLast && outcome.kind !== 'measured')
      parts.tell(open.ownerId, {
        kind: 'attempt-failed',
        jobId: lease.jobId,
        lease,
        fault: outcome,
      });
  });
}

function translateEnd(parts: EffectTranslatorParts, effect: Ended, step: StepContext): void {
  step.entries.push({
    kind: 'job-ended',
    jobId: effect.jobId,
    state: endToState(effect.end),
    atMs: step.timeOfDayMs,
  });
  const update = endToUpdate(effect, step.effects);
  step.actions.push(() => {
    parts.observer.jobEnded(effect.jobId);
    parts.tell(effect.ownerId, update);
  });
}

function endToState(end: JobConclusion): JobRecordState {
  if (end.kind === 'reused') return { kind: 'reused', fromJobId: end.fromJobId };
  return end.kind === 'measured'
    ? { kind: 'measured', deviceSerial: end.lease.deviceSerial, epoch: end.lease.epoch }
    : end;
}

function endToUpdate({ jobId, end }: Ended, effects: readonly SchedulerEffect[]): JobUpdate {
  if (end.kind === 'reused') {
    const { lease, agentId, measurement } = end.from;
    return {
      kind: 'reused',
      jobId,
      fromJobId: end.fromJobId,
      attempt: { lease, agentId },
      measurement,
    };
  }
  const last = effects.find(
    (effect): effect is Attempt => effect.kind === 'record-attempt' && effect.lease.jobId === jobId,
  );
  const attempt = last === undefined ? undefined : { lease: last.lease, agentId: last.agentId };
  if (end.kind !== 'measured') return { ...end, jobId, attempt };
  assert(
    last?.outcome.kind === 'measured' && attempt !== undefined,
    'a job that ended measured has its measurement in the same step',
  );
  return { kind: 'measured', jobId, attempt, measurement: last.outcome.measurement };
}
