import type { Candidate } from './candidate';
import { solveLower } from './cholesky';
import { covariance, type Encoded } from './kernel';
import type { LatencyModel } from './latency_model';

/** Less is rounding. */
const smallestVariance = 1e-12;

/** What a model says of a list of candidates' log-latencies. Of what a measurement would give, apart from its own noise: the nugget is in it. */
export class Posterior {
  readonly #model: LatencyModel;
  readonly #candidates: readonly Candidate[];
  /** For each candidate its covariances with the inputs and with what is believed, solved by the factor. */
  readonly #solved: number[][];
  readonly means: Float64Array;
  readonly variances: Float64Array;

  constructor(model: LatencyModel, candidates: readonly Candidate[]) {
    this.#model = model;
    this.#candidates = candidates;
    this.means = Float64Array.from(candidates, (candidate) => model.trend(candidate));
    this.variances = Float64Array.from(
      candidates,
      (candidate) => covariance(model.kernel, candidate, candidate) + model.kernel.nugget,
    );
    this.#solved = candidates.map((candidate, index) => this.#solve(candidate, index));
  }

  /** As if a candidate had been measured and its mean been found, which moves no mean. */
  believe(index: number): void {
    const believed = this.#candidates[index];
    const row = [...(this.#solved[index] ?? [])];
    if (believed === undefined) return;
    const pivot = Math.sqrt(this.variances[index] ?? 1);
    this.#candidates.forEach((candidate, other) => {
      const solved = this.#solved[other] ?? [];
      let entry =
        covariance(this.#model.kernel, candidate, believed) +
        (candidate === believed ? this.#model.kernel.nugget : 0);
      for (let place = 0; place < row.length; place += 1)
        entry -= (row[place] as number) * (solved[place] as number);
      entry /= pivot;
      solved.push(entry);
      this.variances[other] = Math.max(
        (this.variances[other] ?? 0) - entry * entry,
        smallestVariance,
      );
    });
  }

  #solve(candidate: Candidate, index: number): number[] {
    const { inputs, kernel, factor, halfSolved } = this.#model;
    const solved = Float64Array.from(inputs, (input: Encoded) =>
      covariance(kernel, candidate, input),
    );
    solveLower(factor, solved);
    let mean = this.means[index] as number;
    let variance = this.variances[index] as number;
    for (let place = 0; place < solved.length; place += 1) {
      const value = solved[place] as number;
      mean += value * (halfSolved[place] as number);
      variance -= value * value;
    }
    this.means[index] = mean;
    this.variances[index] = Math.max(variance, smallestVariance);
    return Array.from(solved);
  }
}
