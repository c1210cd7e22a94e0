import { Map, Set } from 'immutable';
import type { BenchmarkPlan } from '../../../common/job';
import type { MeasuredAttempt, OpenJob } from './job';

/** Ids of open jobs that one measurement can serve: of the same bytes on the same target, whatever names they go by. */
export type DuplicateJobs = Map<string, Set<string>>;

export interface JustMeasured {
  readonly plan: BenchmarkPlan;
  readonly from: MeasuredAttempt;
  readonly atMs: number;
}

type MeasurableJob = Pick<OpenJob, 'job' | 'targetKey'>;

export const noDuplicates: DuplicateJobs = Map();

export function withDuplicate(duplicates: DuplicateJobs, open: OpenJob): DuplicateJobs {
  const key = measurementKeyOf(open);
  return key === undefined
    ? duplicates
    : duplicates.set(key, (duplicates.get(key) ?? Set<string>()).add(open.job.jobId));
}

export function withoutDuplicate(duplicates: DuplicateJobs, open: OpenJob): DuplicateJobs {
  const key = measurementKeyOf(open);
  if (key === undefined) return duplicates;
  const rest = duplicates.get(key)?.delete(open.job.jobId);
  return rest === undefined || rest.isEmpty() ? duplicates.delete(key) : duplicates.set(key, rest);
}

/** The others, by their ids, so that equal farms go through them in the same order. */
export function duplicatesOf(duplicates: DuplicateJobs, open: MeasurableJob): readonly string[] {
  const key = measurementKeyOf(open);
  const jobIds = key === undefined ? undefined : duplicates.get(key);
  return jobIds === undefined ? [] : [...jobIds].filter((jobId) => jobId !== open.job.jobId).sort();
}

/** Undefined for a job that asks for a measurement of its own. Whether one that was cut short serves is judged when there is one. */
export function measurementKeyOf({
  job: { artifact, plan },
  targetKey,
}: MeasurableJob): string | undefined {
  const { sessions, runs, warmupRuns, threads } = plan;
  return plan.again === true
    ? undefined
    : JSON.stringify([targetKey, artifact.digest, sessions, runs, warmupRuns, threads]);
}
