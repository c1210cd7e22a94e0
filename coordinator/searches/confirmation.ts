import { createHash } from 'node:crypto';
import type { Artifact } from '../../common/artifact';
import { assert } from '../../common/assert';
import type { Job } from '../../common/job';
import type { ConfirmationRecord } from '../ledger/confirmation_records';
import type { JobRecord } from '../ledger/job_records';
import type { SearchSpec, TargetSpec } from '../../search/spec';
import type { CandidateEnd } from '../../search/target_search';
import type { SearchParts } from './search_parts';

/** As many as tell a front's shape; more would cost more phone time than many a search. */
const mostConfirmed = 20;

/** What measuring a candidate again takes, besides its own job. */
export interface AgainOptions {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly target: TargetSpec;
  readonly ledger: Pick<SearchParts['ledger'], 'confirmations'>;
  readonly artifactOf: (architecture: string) => Artifact | undefined;
  /** Unique among all records of the target. */
  readonly nextSequence: () => number;
  /** It is in the ledger, and from now on the engine may speak of its job. */
  readonly onSaved: (architecture: string, jobId: string) => void;
  readonly submit: (job: Job) => void;
  readonly onFailure: (error: Error) => void;
}

interface ConfirmationOptions extends AgainOptions {
  /** The front is still what is to be confirmed. */
  readonly isDue: () => boolean;
  /** Nothing more is being saved. */
  readonly onSubmitted: () => void;
}

export interface ConfirmationProgress {
  /** Still to be measured again. */
  readonly confirming: number;
  readonly confirmed: number;
  /** How long devices were at those. */
  readonly confirmedMs: number;
}

/** A network to be measured again. */
export type Confirmed = Pick<ConfirmationRecord, 'architecture'>;

type Due = Pick<ConfirmationRecord, 'architecture' | 'round'>;

/** The front of one target, measured again once its search is over: each member once in each round, round after round, so that drift hits all alike. */
export class Confirmation {
  readonly #options: ConfirmationOptions;
  readonly #jobIdsByArchitecture = new Map<string, string[]>();
  readonly #states = new Map<string, 'open' | 'measured' | 'failed'>();
  #missing = 0;
  #confirmedMs = 0;
  #isSaving = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** Takes over from an earlier process; in the order of sequence, before anything starts. */
  adopt({ architecture, jobId }: ConfirmationRecord): void {
    this.#add(architecture, jobId);
  }

  /** Measures again what is not yet, if that is not under way already. `front`: the search's own, fastest first. */
  start(front: readonly Confirmed[]): void {
    if (this.#isSaving) return;
    const due = this.#due(front);
    this.#missing = due.length;
    if (due.length === 0) return;
    this.#isSaving = true;
    this.#saving = this.#saveAll(due).catch((error: unknown) =>
      this.#options.onFailure(error as Error),
    );
  }

  /** Everything was asked for, and has ended. */
  isDone(front: readonly Confirmed[]): boolean {
    return !this.#isSaving && this.#count('open') === 0 && this.#due(front).length === 0;
  }

  has(jobId: string): boolean {
    return this.#states.has(jobId);
  }

  /** Returns false, and changes nothing, when the job has ended already. */
  end(jobId: string, end: CandidateEnd): boolean {
    if (this.#states.get(jobId) !== 'open') return false;
    this.#states.set(jobId, end.kind === 'measured' ? 'measured' : 'failed');
    if (end.kind === 'measured') this.#confirmedMs += end.deviceMs;
    return true;
  }

  /** The jobs that measured an architecture again. */
  jobIdsOf(architecture: string): readonly string[] {
    return (this.#jobIdsByArchitecture.get(architecture) ?? []).filter(
      (jobId) => this.#states.get(jobId) === 'measured',
    );
  }

  progress(): ConfirmationProgress {
    return {
      confirming: this.#count('open') + this.#missing,
      confirmed: this.#count('measured'),
      confirmedMs: this.#confirmedMs,
    };
  }

  /** Changes when something is to be saved; resolves when all is. */
  get saving(): Promise<void> {
    return this.#saving;
  }

  async #saveAll(due: readonly Due[]): Promise<void> {
    const { isDue, onSubmitted } = this.#options;
    for (const each of due) {
      if (!isDue()) break;
      await this.#save(each);
    }
    this.#isSaving = false;
    this.#missing = 0;
    onSubmitted();
  }

  /** What dies in between is either not in the ledger, and asked for again under the same id, or there, and submitted by the next process. */
  async #save({ architecture, round }: Due): Promise<void> {
    const { searchId, spec, target, ledger, artifactOf, nextSequence, onSaved, submit } =
      this.#options;
    const artifact = artifactOf(architecture);
    assert(artifact !== undefined, `${architecture} is on the front, so it was built`);
    const job: Job = {
      jobId: this.#jobIdOf(architecture, round),
      target: target.target,
      artifact,
      plan: { ...spec.plan, again: true },
    };
    const record: JobRecord = {
      job,
      ownerId: searchId,
      priority: spec.priority,
      weight: spec.weight,
      state: { kind: 'open' },
      endedSequence: null,
    };
    await ledger.confirmations.save(
      {
        searchId,
        target: target.name,
        sequence: nextSequence(),
        architecture,
        round,
        jobId: job.jobId,
      },
      record,
    );
    this.#add(architecture, job.jobId);
    this.#missing -= 1;
    onSaved(architecture, job.jobId);
    submit(job);
  }

  /** Round after round; what was asked for already is not due, whatever became of it. */
  #due(front: readonly Confirmed[]): Due[] {
    const members = evenlySpread(front, mostConfirmed);
    const rounds = Array.from(
      { length: this.#options.spec.confirm.rounds },
      (_, index) => index + 1,
    );
    return rounds.flatMap((round) =>
      members.flatMap(({ architecture }) =>
        this.has(this.#jobIdOf(architecture, round)) ? [] : [{ architecture, round }],
      ),
    );
  }

  #add(architecture: string, jobId: string): void {
    this.#states.set(jobId, 'open');
    this.#jobIdsByArchitecture.set(architecture, [
      ...(this.#jobIdsByArchitecture.get(architecture) ?? []),
      jobId,
    ]);
  }

  #jobIdOf(architecture: string, round: number): string {
    const { searchId, target } = this.#options;
    const key = JSON.stringify([searchId, target.name, architecture, round]);
    return `${searchId}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  }

  #count(state: 'open' | 'measured'): number {
    return [...this.#states.values()].filter((each) => each === state).length;
  }
}

/** The first, the last, and those between at equal distances in their order; all when there are no more than `most` (at least 2). */
export function evenlySpread<Element>(
  elements: readonly Element[],
  most: number,
): readonly Element[] {
  if (elements.length <= most) return elements;
  const chosen = new Set(
    Array.from({ length: most }, (_, index) =>
      Math.round((index * (elements.length - 1)) / (most - 1)),
    ),
  );
  return elements.filter((_, index) => chosen.has(index));
}
