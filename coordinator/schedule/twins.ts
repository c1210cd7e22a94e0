import { Map, Set } from 'immutable';
import type { BenchmarkPlan } from '../../common/job';
import type { MeasuredAttempt } from './effect';
import type { OpenJob } from './job';

/** Ids of open jobs that one measurement can serve: of the same bytes on the same target, whatever names they go by. */
export type Twins = Map<string, Set<string>>;

export interface JustMeasured {
  readonly plan: BenchmarkPlan;
  readonly from: MeasuredAttempt;
  readonly atMs: number;
}

type Twin = Pick<OpenJob, 'job' | 'targetKey'>;

export const noTwins: Twins = Map();

export function withTwin(twins: Twins, open: OpenJob): Twins {
  const key = twinKeyOf(open);
  return key === undefined
    ? twins
    : twins.set(key, (twins.get(key) ?? Set<string>()).add(open.job.jobId));
}

export function withoutTwin(twins: Twins, open: OpenJob): Twins {
  const key = twinKeyOf(open);
  if (key === undefined) return twins;
  const rest = twins.get(key)?.delete(open.job.jobId);
  return rest === undefined || rest.isEmpty() ? twins.delete(key) : twins.set(key, rest);
}

/** The others, by their ids, so that equal farms go through them in the same order. */
export function twinsOf(twins: Twins, open: Twin): readonly string[] {
  const key = twinKeyOf(open);
  const jobIds = key === undefined ? undefined : twins.get(key);
  return jobIds === undefined ? [] : [...jobIds].filter((jobId) => jobId !== open.job.jobId).sort();
}

/** Undefined for a job that asks for a measurement of its own. Whether one that was cut short serves is judged when there is one. */
export function twinKeyOf({ job: { artifact, plan }, targetKey }: Twin): string | undefined {
  const { sessions, runs, warmupRuns, threads } = plan;
  return plan.again === true
    ? undefined
    : JSON.stringify([targetKey, artifact.digest, sessions, runs, warmupRuns, threads]);
}
