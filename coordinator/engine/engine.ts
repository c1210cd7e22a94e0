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
import { createWorkQueue, type Work, type WorkQueue } from './work_queue';

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
  /** Called after each step, ticks included; it must be cheap. The returned function ends it. */
  onStep(listener: () => void): () => void;
  state(): SchedulerState;
  /** By the clock that the times in `state` are of. */
  nowMs(): number;
  /** A time in `state` as the time of day. */
  timeOfDayMs(atMs: number): number;
}

/** Performs nothing until the first event. */
export function createEngine(parts: EngineParts): Engine {
  return new SteppingEngine(parts);
}

class SteppingEngine implements Engine {
  readonly #clock: Clock;
  readonly #jobListeners = new Map<string, JobListener>();
  readonly #stepListeners = new Set<() => void>();
  readonly #queue: WorkQueue;
  readonly #translate: ReturnType<typeof createEffectTranslator>;
  #state: SchedulerState;

  constructor(private readonly parts: EngineParts) {
    this.#state = parts.initialState;
    this.#clock = createSteadyClock(parts.clock);
    this.#queue = createWorkQueue({
      commit: (entries) => parts.jobs.commit(entries),
      onFailure: parts.onFailure,
    });
    this.#translate = createEffectTranslator({
      ...parts,
      clock: this.#clock,
      tell: (ownerId, update) => this.#jobListeners.get(ownerId)?.(update),
    });
  }

  dispatch(event: UntimedEvent): void {
    // A failure is reported through onFailure, once; the queue's promise adds nothing to it.
    void this.#queue.push(this.#stepToWork(event)).catch(() => undefined);
  }

  async handleResults(results: readonly JobResult[]): Promise<void> {
    const atMs = this.#clock.nowMs();
    const works = results.map((result) => this.#stepToWork(resultEvent(this.#checked(result))));
    await this.#queue.push({
      entries: works.flatMap((work) => work.entries),
      actions: works.flatMap((work) => work.actions),
    });
    this.parts.observer.resultsHandled(results, this.#clock.nowMs() - atMs);
  }

  settled(): Promise<void> {
    return this.#queue.push({ entries: [], actions: [] });
  }

  listen(ownerId: string, listener: JobListener): () => void {
    this.#jobListeners.set(ownerId, listener);
    return () => {
      if (this.#jobListeners.get(ownerId) === listener) this.#jobListeners.delete(ownerId);
    };
  }

  onStep(listener: () => void): () => void {
    this.#stepListeners.add(listener);
    return () => void this.#stepListeners.delete(listener);
  }

  state(): SchedulerState {
    return this.#state;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  timeOfDayMs(atMs: number): number {
    return atMs + this.parts.clock.nowMs() - this.#clock.nowMs();
  }

  #stepToWork(event: UntimedEvent): Work {
    const before = this.#state;
    const atMs = this.#clock.nowMs();
    const timeOfDayMs = this.parts.clock.nowMs();
    const { state: after, effects } = step(before, { ...event, atMs });
    this.#state = after;
    const work = this.#translate({
      effects,
      atMs,
      timeOfDayMs,
      findJob: (jobId) => after.jobs.get(jobId) ?? before.jobs.get(jobId),
    });
    if (event.kind === 'job-submitted' && after.jobs.has(event.job.jobId))
      this.parts.observer.jobSubmitted(event.job.jobId, atMs);
    for (const listener of this.#stepListeners) listener();
    return event.kind === 'owner-ended'
      ? this.#withAbandoned(work, openJobsOf(before, event.ownerId), timeOfDayMs)
      : work;
  }

  #checked(result: JobResult): JobResult {
    const { result: checked, implausible } = checkResult(result, {
      state: this.#state,
      atMs: this.#clock.nowMs(),
      timeOfDayMs: this.parts.clock.nowMs(),
    });
    if (implausible !== undefined) {
      this.parts.logger.warn(
        { lease: result.lease, agentId: result.agentId, reason: implausible },
        'a measurement that cannot have happened; it counts as a fault',
      );
      this.parts.observer.resultImplausible();
    }
    return checked;
  }

  #withAbandoned(work: Work, abandoned: readonly OpenJob[], atMs: number): Work {
    const { observer } = this.parts;
    return {
      entries: [...work.entries, ...abandoned.map((open) => abandonedEntry(open.job.jobId, atMs))],
      actions: [
        ...work.actions,
        ...abandoned.map((open) => () => observer.jobEnded(open.job.jobId)),
      ],
    };
  }
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
