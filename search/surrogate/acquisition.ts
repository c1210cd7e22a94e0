import type { Expectation } from '../strategy/expectation';
import type { Point } from '../front/point';
import type { Candidate } from './candidate';
import type { Feasibility } from './feasibility';
import { expectedImprovement, stairsOf, type Stairs } from './improvement';
import type { LatencyModel } from './latency_model';
import { Posterior } from './posterior';

/** Room beyond the ends of the front, as a share of its extent, so that they count. */
const margin = 0.1;
/** Candidates times squared measurements of which the posterior is worked out: some tens of milliseconds. */
const largestWork = 2e7;
const fewestCandidates = 200;

interface AcquisitionOptions {
  readonly model: LatencyModel;
  readonly pool: readonly Candidate[];
  /** Measured, and within the constraints. */
  readonly front: readonly Point[];
  readonly latencyMsMax: number | undefined;
  readonly feasibility: Feasibility;
}

/** Which candidate's measurement is expected to add most to the hypervolume, while others are on their way. */
export class Acquisition {
  readonly #options: AcquisitionOptions;
  readonly #candidates: Candidate[];
  readonly #posterior: Posterior;
  readonly #index: ReadonlyMap<string, number>;
  readonly #reference: Point;
  #points: readonly Point[];
  #believed = 0;

  /** `pending` may be proposals that are not in the pool. */
  constructor(options: AcquisitionOptions, pending: readonly Candidate[]) {
    this.#options = options;
    this.#points = options.front;
    this.#reference = this.#referenceOf(options.pool);
    const chosen = this.#mostPromising();
    const names = new Set(chosen.map(({ architecture }) => architecture));
    this.#candidates = [
      ...chosen,
      ...pending.filter(({ architecture }) => !names.has(architecture)),
    ];
    this.#index = new Map(this.#candidates.map(({ architecture }, index) => [architecture, index]));
    this.#posterior = new Posterior(options.model, this.#candidates);
  }

  /** Takes those from `pending` that it does not know yet as measured at their mean, as long as it knows all of them as candidates. */
  believe(pending: readonly Candidate[]): boolean {
    for (const { architecture, errorPercent } of pending.slice(this.#believed)) {
      const index = this.#index.get(architecture);
      if (index === undefined) return false;
      this.#posterior.believe(index);
      const latencyMs = Math.exp(this.#posterior.means[index] ?? 0);
      if (latencyMs <= (this.#options.latencyMsMax ?? Infinity))
        this.#points = [...this.#points, [latencyMs, errorPercent]];
      this.#believed += 1;
    }
    return true;
  }

  /** Undefined for what is no candidate. */
  expectationOf(architecture: string): Expectation | undefined {
    const index = this.#index.get(architecture);
    return index === undefined
      ? undefined
      : {
          logMean: this.#posterior.means[index] ?? 0,
          deviation: Math.sqrt(this.#posterior.variances[index] ?? 0),
        };
  }

  best(isOpen: (candidate: Candidate) => boolean): Candidate | undefined {
    const stairs = stairsOf(this.#points, this.#reference);
    let winner: Candidate | undefined;
    let most = 0;
    this.#candidates.forEach((candidate, index) => {
      const log = {
        mean: this.#posterior.means[index] ?? 0,
        deviation: Math.sqrt(this.#posterior.variances[index] ?? 0),
      };
      const gain = this.#gain(candidate, stairs, log);
      if (gain <= most || !isOpen(candidate)) return;
      most = gain;
      winner = candidate;
    });
    return winner;
  }

  #gain(
    candidate: Candidate,
    stairs: Stairs,
    log: { readonly mean: number; readonly deviation: number },
  ): number {
    return (
      this.#options.feasibility.chance(candidate) *
      expectedImprovement(stairs, candidate.errorPercent, log)
    );
  }

  /** By the trend alone, and as unsure as it has been found to be: what can be looked at closely depends on the number of measurements. */
  #mostPromising(): readonly Candidate[] {
    const { model, pool } = this.#options;
    const count = Math.max(fewestCandidates, Math.floor(largestWork / model.inputs.length ** 2));
    if (pool.length <= count) return pool;
    const stairs = stairsOf(this.#points, this.#reference);
    const deviation = model.trendError;
    const rated = pool.map((candidate) => ({
      candidate,
      gain: this.#gain(candidate, stairs, { mean: model.trend(candidate), deviation }),
    }));
    return rated
      .sort((a, b) => b.gain - a.gain)
      .slice(0, count)
      .map(({ candidate }) => candidate);
  }

  /** Beyond the ends of the front of what was measured and what is expected of the pool. */
  #referenceOf(pool: readonly Candidate[]): Point {
    const { model, front, latencyMsMax = Infinity } = this.#options;
    let fastest: Point = [Infinity, 0];
    let best: Point = [0, Infinity];
    const consider = (point: Point): void => {
      const [x = 0, y = 0] = point;
      if (x > latencyMsMax) return;
      if (x < (fastest[0] ?? 0) || (x === fastest[0] && y < (fastest[1] ?? 0))) fastest = point;
      if (y < (best[1] ?? 0) || (y === best[1] && x < (best[0] ?? 0))) best = point;
    };
    front.forEach(consider);
    for (const candidate of pool)
      consider([Math.exp(model.trend(candidate)), candidate.errorPercent]);
    const [shortest = 0, largestError = 100] = fastest;
    const [longest = 0, leastError = 0] = best;
    if (shortest === Infinity) return [latencyMsMax, 100];
    return [
      Math.min(latencyMsMax, longest + margin * (longest - shortest)),
      largestError + margin * (largestError - leastError),
    ];
  }
}
