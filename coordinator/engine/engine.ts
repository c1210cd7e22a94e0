import { farmFault } from '../../common/fault';
import type { JobResult } from '../../common/job';
import type { Clock } from '../../common/clock';
import type { Logger } from '../../common/logger';
import type { Ledger, LedgerEntry } from '../ledger/ledger';
import type { SchedulerEvent } from '../schedule/event';
import type { OpenJob } from '../schedule/job';
import type { SchedulerState } from '../schedule/state';
import { step } from '../schedule/step';
import type { AgentLinks } from './agent_links';
import { createEffectTranslator } from './effect_translator';
import type { FarmObserver } from './farm_observer';
import type { JobListener } from './job_update';
import { createWorkQueue, type Work } from './work_queue';

export interface EngineParts {
  readonly initialState: SchedulerState;
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly agents: AgentLinks;
  readonly observer: FarmObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Must end the program: the ledger failed, so nothing may be acknowledged any more. */
  readonly onFailure: (error: Error) => void;
}

/** Owns the scheduler's state and performs what it asks for: the ledger first, then the world. */
export interface Engine {
  /** Steps at once; the effects follow in order. A job must be in the ledger before it is submitted. */
  dispatch(event: SchedulerEvent): void;
  /** Resolves when the results count in the ledger and may be acknowledged; rejects when the ledger failed. */
  handleResults(results: readonly JobResult[]): Promise<void>;
  /** Resolves when all effects of the events so far are performed. */
  settled(): Promise<void>;
  /** One listener per owner, the newest; the returned function ends it. */
  listen(ownerId: string, listener: JobListener): () => void;
  state(): SchedulerState;
}

/** Performs nothing until the first event. */
export function createEngine(parts: EngineParts): Engine {
  let state = parts.initialState;
  const listeners = new Map<string, JobListener>();
  const queue = createWorkQueue({ commit: (entries) => parts.ledger.commit(entries), onFailure: parts.onFailure });
  const translate = createEffectTranslator({ ...parts, tell: (ownerId, update) => listeners.get(ownerId)?.(update) });

  const stepToWork = (event: SchedulerEvent): Work => {
    const before = state;
    const { state: after, effects } = step(before, event);
    state = after;
    const work = translate({ effects, atMs: event.atMs, findJob: (jobId) => after.jobs.get(jobId) ?? before.jobs.get(jobId) });
    if (event.kind === 'job-submitted' && after.jobs.has(event.job.jobId)) parts.observer.jobSubmitted(event.job.jobId, event.atMs);
    return event.kind === 'owner-ended' ? withAbandoned(work, openJobsOf(before, event.ownerId), event.atMs) : work;
  };

  const withAbandoned = (work: Work, abandoned: readonly OpenJob[], atMs: number): Work => ({
    entries: [...work.entries, ...abandoned.map((open) => abandonedEntry(open.job.jobId, atMs))],
    actions: [...work.actions, ...abandoned.map((open) => () => parts.observer.jobEnded(open.job.jobId))],
  });

  return {
    // A failure is reported through onFailure, once; the queue's promise adds nothing to it.
    dispatch: (event) => void queue.push(stepToWork(event)).catch(() => undefined),
    handleResults: async (results) => {
      const atMs = parts.clock.nowMs();
      const works = results.map((result) => stepToWork(resultEvent(checkArtifact(result, state.jobs.get(result.lease.jobId)), atMs)));
      await queue.push({ entries: works.flatMap((work) => work.entries), actions: works.flatMap((work) => work.actions) });
      parts.observer.resultsHandled(results, parts.clock.nowMs() - atMs);
    },
    settled: () => queue.push({ entries: [], actions: [] }),
    listen: (ownerId, listener) => {
      listeners.set(ownerId, listener);
      return () => {
        if (listeners.get(ownerId) === listener) listeners.delete(ownerId);
      };
    },
    state: () => state,
  };
}

function resultEvent(result: JobResult, atMs: number): SchedulerEvent {
  return { kind: 'result-arrived', atMs, lease: result.lease, agentId: result.agentId, outcome: result.outcome };
}

/** A number for other bytes than the job's is no measurement of the candidate, whatever the agent says. */
function checkArtifact(result: JobResult, open: OpenJob | undefined): JobResult {
  if (open === undefined || open.job.artifact.digest === result.artifactDigest) return result;
  const outcome = farmFault('transfer-failed', `agent ${result.agentId} measured artifact ${result.artifactDigest} instead of ${open.job.artifact.digest}`);
  return { ...result, artifactDigest: open.job.artifact.digest, outcome };
}

function openJobsOf(state: SchedulerState, ownerId: string): readonly OpenJob[] {
  return [...state.jobs.values()].filter((open) => open.ownerId === ownerId);
}

/** Closed in the ledger too, so that a restart does not take up what nobody waits for. */
export function abandonedEntry(jobId: string, atMs: number): LedgerEntry {
  return { kind: 'job-ended', jobId, state: { kind: 'abandoned', fault: farmFault('stopped', 'whoever asked for the job has left') }, atMs };
}
