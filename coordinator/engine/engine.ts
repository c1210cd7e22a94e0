import { farmFault } from '../../common/fault';
import type { JobResult } from '../../common/job';
import { createSteadyClock, type Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { JobRecords, LedgerEntry } from '../ledger/job_records';
import type { UntimedEvent } from '../schedule/event/event';
import type { OpenJob } from '../schedule/state/job';
import type { SchedulerState } from '../schedule/state/scheduler_state';
import { step } from '../schedule/step';
import type { AgentLinks } from './agent_links';
import { createEffectTranslator } from './effect_translator';
import type { FarmObserver } from './farm_observer';
import type { JobListener } from './job_update';
import { checkResult } from './result_check';
import { createWorkQueue, type Work } from './work_queue';

interface EngineParts {
  readonly initialState: SchedulerState;
  readonly jobs: Pick<JobRecords, 'commit'>;
  readonly agents: AgentLinks;
  readonly observer: FarmObserver;
  /** The time of day. The scheduler gets a clock of its own, which nobody sets: a jump must not end leases. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Must end the program: the ledger failed, so nothing may be acknowledged any more. */
  readonly onFailure: (error: Error) => void;
}

/** Owns the scheduler's state and performs what it asks for: the ledger first, then the world. */
export interface Engine {
  /** Steps at once; the effects follow in order. A job must be in the ledger before it is submitted. */
  dispatch(event: UntimedEvent): void;
  /** Resolves when the results count in the ledger and may be acknowledged; rejects when the ledger failed. */
  handleResults(results: readonly JobResult[]): Promise<void>;
  /** Resolves when all effects of the events so far are performed. */
  settled(): Promise<void>;
  /** One listener per owner, the newest; the returned function ends it. */
  listen(ownerId: string, listener: JobListener): () => void;
  state(): SchedulerState;
  /** By the clock that the times in `state` are of. */
  nowMs(): number;
  /** A time in `state` as the time of day. */
  timeOfDayMs(atMs: number): number;
}

/** Performs nothing until the first event. */
export function createEngine(parts: EngineParts): Engine {
  let state = parts.initialState;
  const steadyClock = createSteadyClock(parts.clock);
  const listeners = new Map<string, JobListener>();
  const queue = createWorkQueue({
    commit: (entries) => parts.jobs.commit(entries),
    onFailure: parts.onFailure,
  });
  const translate = createEffectTranslator({
    ...parts,
    clock: steadyClock,
    tell: (ownerId, update) => listeners.get(ownerId)?.(update),
  });

  const stepToWork = (event: UntimedEvent): Work => {
    const before = state;
    const atMs = steadyClock.nowMs();
    const timeOfDayMs = parts.clock.nowMs();
    const { state: after, effects } = step(before, { ...event, atMs });
    state = after;
    const work = translate({
      effects,
      atMs,
      timeOfDayMs,
      findJob: (jobId) => after.jobs.get(jobId) ?? before.jobs.get(jobId),
    });
    if (event.kind === 'job-submitted' && after.jobs.has(event.job.jobId))
      parts.observer.jobSubmitted(event.job.jobId, atMs);
    return event.kind === 'owner-ended'
      ? withAbandoned(work, openJobsOf(before, event.ownerId), timeOfDayMs)
      : work;
  };

  const check = (result: JobResult): JobResult => {
    const { result: checked, implausible } = checkResult(result, {
      state,
      atMs: steadyClock.nowMs(),
      timeOfDayMs: parts.clock.nowMs(),
    });
    if (implausible !== undefined) {
      parts.logger.warn(
        { lease: result.lease, agentId: result.agentId, reason: implausible },
        'a measurement that cannot have happened; it counts as a fault',
      );
      parts.observer.resultImplausible();
    }
    return checked;
  };

  const withAbandoned = (work: Work, abandoned: readonly OpenJob[], atMs: number): Work => ({
    entries: [...work.entries, ...abandoned.map((open) => abandonedEntry(open.job.jobId, atMs))],
    actions: [
      ...work.actions,
      ...abandoned.map((open) => () => parts.observer.jobEnded(open.job.jobId)),
    ],
  });

  return {
    // A failure is reported through onFailure, once; the queue's promise adds nothing to it.
    dispatch: (event) => void queue.push(stepToWork(event)).catch(() => undefined),
    handleResults: async (results) => {
      const atMs = steadyClock.nowMs();
      const works = results.map((result) => stepToWork(resultEvent(check(result))));
      await queue.push({
        entries: works.flatMap((work) => work.entries),
        actions: works.flatMap((work) => work.actions),
      });
      parts.observer.resultsHandled(results, steadyClock.nowMs() - atMs);
    },
    settled: () => queue.push({ entries: [], actions: [] }),
    listen: (ownerId, listener) => {
      listeners.set(ownerId, listener);
      return () => {
        if (listeners.get(ownerId) === listener) listeners.delete(ownerId);
      };
    },
    state: () => state,
    nowMs: () => steadyClock.nowMs(),
    timeOfDayMs: (atMs) => atMs + parts.clock.nowMs() - steadyClock.nowMs(),
  };
}

function resultEvent(result: JobResult): UntimedEvent {
  return {
    kind: 'result-arrived',
    lease: result.lease,
    agentId: result.agentId,
    outcome: result.outcome,
  };
}

function openJobsOf(state: SchedulerState, ownerId: string): readonly OpenJob[] {
  return [...state.jobs.values()].filter((open) => open.ownerId === ownerId);
}

/** Closed in the ledger too, so that a restart does not take up what nobody waits for. */
export function abandonedEntry(jobId: string, atMs: number): LedgerEntry {
  return {
    kind: 'job-ended',
    jobId,
    state: { kind: 'abandoned', fault: farmFault('stopped', 'whoever asked for the job has left') },
    atMs,
  };
}
