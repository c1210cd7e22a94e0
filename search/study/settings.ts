import type { SearchSpec } from '../spec/search_spec';

/** What names a job within a search. */
export interface JobKey {
  /** The target's name. */
  readonly target: string;
  readonly architecture: string;
  /** Of a job that measures a trial again: 0 for a second look, from 1 for confirmations; null for the trial's own. */
  readonly round: number | null;
}

/** What a study is about; the same in every life of the coordinator. */
export interface StudySettings {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly createdAtMs: number;
  /** Equal keys have equal names, in every life of the coordinator, so that nothing is submitted twice under two names. */
  readonly jobIdOf: (key: JobKey) => string;
}
