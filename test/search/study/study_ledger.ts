import type { TrialEnd } from '../../../common/trial';
import type { StudyEffect } from '../../../search/study/effect';
import type { Evidence } from '../../../search/study/evidence';
import type {
  JobEnded,
  Memory,
  OutsideOffer,
  Remeasurement,
  SavedTrial,
} from '../../../search/study/event';
import type { SearchExtension, SearchState } from '../../../search/study/request';
import type { WallTime } from '../../../search/study/wall_time';

type StateWrite = Extract<StudyEffect, { readonly kind: 'save-state' }>['next'];

/** What survives the process of one study. Has unique keys: what would be a second proposal or a second end is an error. */
export class StudyLedger {
  state: SearchState = 'running';
  wall: WallTime = { ranMs: 0, runningSinceMs: 0 };
  readonly trials: SavedTrial[] = [];
  readonly remeasurements: Remeasurement[] = [];
  readonly offers: OutsideOffer[] = [];
  readonly ends: JobEnded[] = [];
  readonly extensions: SearchExtension[] = [];
  readonly #abandonedOffers = new Set<string>();

  /** `end`: how it ended as it was saved. */
  saveTrial(trial: SavedTrial, end: TrialEnd<Evidence> | null): void {
    const same = this.trials.find(
      ({ target, architecture, sequence }) =>
        target === trial.target &&
        (architecture === trial.architecture || sequence === trial.sequence),
    );
    if (same !== undefined) throw new Error(`${trial.job.jobId} is proposed twice`);
    this.trials.push(trial);
    if (end !== null) this.endJob(trial.job.jobId, end);
  }

  saveRemeasurement(remeasurement: Remeasurement): void {
    const { jobId } = remeasurement.job;
    if (this.remeasurements.some(({ job }) => job.jobId === jobId))
      throw new Error(`${jobId} is asked for twice`);
    this.remeasurements.push(remeasurement);
  }

  saveOffers(offers: readonly OutsideOffer[]): void {
    this.offers.push(...offers);
  }

  abandonOffer(offer: OutsideOffer): void {
    this.#abandonedOffers.add(`${offer.target} ${offer.architecture}`);
  }

  saveState({ state, wall, extension }: StateWrite): void {
    this.state = state;
    this.wall = wall;
    if (extension !== null) this.extensions.push(extension);
  }

  endJob(jobId: string, end: TrialEnd<Evidence>): void {
    if (this.hasEnded(jobId)) throw new Error(`${jobId} ends twice`);
    this.ends.push({ jobId, end });
  }

  hasEnded(jobId: string): boolean {
    return this.ends.some((ended) => ended.jobId === jobId);
  }

  hasJob(jobId: string): boolean {
    return [...this.trials, ...this.remeasurements].some(({ job }) => job.jobId === jobId);
  }

  memory(): Memory {
    const isTaken = (offer: OutsideOffer): boolean =>
      this.#abandonedOffers.has(`${offer.target} ${offer.architecture}`) ||
      this.trials.some(
        ({ target, architecture }) =>
          target === offer.target && architecture === offer.architecture,
      );
    return {
      trials: [...this.trials].sort((a, b) => a.sequence - b.sequence),
      remeasurements: [...this.remeasurements],
      extensions: [...this.extensions],
      offers: this.offers.map((offer) => ({ ...offer, isWaiting: !isTaken(offer) })),
    };
  }
}
