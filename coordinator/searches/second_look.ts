import { createHash } from 'node:crypto';
import { assert } from '../../common/assert';
import type { Job } from '../../common/job';
import type { ConfirmationRecord } from '../ledger/confirmation_records';
import type { JobRecord } from '../ledger/job_records';
import { isDoubtful, standing, type Expectation } from '../../search/expectation';
import type { LaneEnd } from './candidate_ends';
import type { AgainOptions } from './confirmation';

/** In the ledger second looks stand among the confirmations, whose rounds count from 1. */
export const secondLookRound = 0;
/** A strategy that is surprised more often is wrong itself: so many, and one for each ten measurements. */
const mostAtFirst = 3;
const mostShare = 0.1;

/** The job that measured each candidate again, by `secondLookKey`. */
export function secondLookJobs(
  records: readonly ConfirmationRecord[],
): ReadonlyMap<string, string> {
  return new Map(
    records
      .filter(({ round }) => round === secondLookRound)
      .map((record) => [secondLookKey(record), record.jobId]),
  );
}

export function secondLookKey({
  target,
  architecture,
}: Pick<ConfirmationRecord, 'target' | 'architecture'>): string {
  return `${target} ${architecture}`;
}

type Measured = Extract<LaneEnd, { readonly kind: 'measured' }>;

interface SecondLookOptions extends AgainOptions {
  readonly isStopped: () => boolean;
}

/** What is known of a measurement before it is believed. */
export interface Grounds {
  readonly expectation: Expectation | undefined;
  /** The latency below which the network would join the front. */
  readonly joinsBelowMs: number;
  /** By the search so far. */
  readonly measured: number;
}

/** A network whose measurement is not told yet, and the job that measures it again. */
interface Look {
  readonly architecture: string;
  readonly jobId: string;
  first: Measured | undefined;
  isDone: boolean;
}

/**
 * Measurements that are far from what the strategy believed, made once more before they teach it. Which of the two stands follows from the two alone, and which networks
 * were looked at twice from the ledger, so that a restart tells the strategy the same in the same order.
 */
export class SecondLook {
  readonly #options: SecondLookOptions;
  readonly #byArchitecture = new Map<string, Look>();
  readonly #byJob = new Map<string, Look>();
  /** Networks whose second measurement stands instead of the first. */
  readonly #replaced = new Map<string, string>();
  #saving: Promise<void> = Promise.resolve();

  constructor(options: SecondLookOptions) {
    this.#options = options;
  }

  /** Takes over from an earlier process, before anything is told. */
  adopt({ architecture, jobId }: ConfirmationRecord): void {
    this.#add(architecture, jobId);
  }

  has(jobId: string): boolean {
    return this.#byJob.has(jobId);
  }

  /** Whether the end of a candidate's own job is to wait for a second measurement; false when it is to be told now. */
  holds(architecture: string, end: LaneEnd, grounds: () => Grounds): boolean {
    if (end.kind !== 'measured') return false;
    const known = this.#byArchitecture.get(architecture);
    if (known !== undefined) {
      known.first ??= end;
      return !known.isDone;
    }
    const { expectation, joinsBelowMs, measured } = grounds();
    if (
      expectation === undefined ||
      !isDoubtful(expectation, end, joinsBelowMs) ||
      this.#byJob.size >= mostAtFirst + mostShare * measured
    )
      return false;
    const look = this.#add(architecture, this.#jobIdOf(architecture));
    look.first = end;
    this.#saving = this.#saving
      .then(() => this.#save(look))
      .catch((error: unknown) => this.#options.onFailure(error as Error));
    return true;
  }

  /** What is to be told of the network whose second measurement has ended; undefined when that was told. A second one that failed leaves the first as it is. */
  end(jobId: string, end: LaneEnd): LaneEnd | undefined {
    const look = this.#byJob.get(jobId);
    if (look?.first === undefined || look.isDone) return undefined;
    look.isDone = true;
    const { first } = look;
    if (end.kind !== 'measured') return first;
    const stands = standing(first, end);
    if (stands === end) this.#replaced.set(look.architecture, jobId);
    // Both took time of a phone.
    return { ...stands, deviceMs: first.deviceMs + end.deviceMs };
  }

  /** The job that measured the network instead of its own; undefined where its own measurement stands. */
  standsFor(architecture: string): string | undefined {
    return this.#replaced.get(architecture);
  }

  /** Changes when something is to be saved; resolves when all is. */
  get saving(): Promise<void> {
    return this.#saving;
  }

  /** What dies before it is saved is not looked at twice: the next process tells the first measurement as it is. */
  async #save({ architecture, jobId }: Look): Promise<void> {
    const { searchId, spec, target, ledger, artifactOf, nextSequence, isStopped, onSaved, submit } =
      this.#options;
    if (isStopped()) return;
    const artifact = artifactOf(architecture);
    assert(artifact !== undefined, `${architecture} was measured, so it was built`);
    const job: Job = {
      jobId,
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
        round: secondLookRound,
        jobId,
      },
      record,
    );
    onSaved(architecture, jobId);
    submit(job);
  }

  #add(architecture: string, jobId: string): Look {
    const look: Look = { architecture, jobId, first: undefined, isDone: false };
    this.#byArchitecture.set(architecture, look);
    this.#byJob.set(jobId, look);
    return look;
  }

  #jobIdOf(architecture: string): string {
    const { searchId, target } = this.#options;
    const key = JSON.stringify([searchId, target.name, architecture, secondLookRound]);
    return `${searchId}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  }
}
