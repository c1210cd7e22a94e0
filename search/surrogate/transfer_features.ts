import type { Candidate } from './candidate';
import type { Teacher } from './teacher';

/**
 * Candidates as they look to one who has teachers: each teacher's latency counts as one more thing that costs, and its logarithm, with mean 0 and variance 1 over
 * the sample, as one more feature. Without teachers they look as they are.
 */
export class TransferFeatures {
  readonly #teachers: readonly Teacher[];
  readonly #scales: readonly { readonly mean: number; readonly deviation: number }[];
  readonly #augmented = new Map<string, Candidate>();

  constructor(teachers: readonly Teacher[], sample: readonly Candidate[]) {
    this.#teachers = teachers;
    this.#scales = teachers.map((teacher) =>
      scaleOf(sample.map(({ architecture }) => teacher.meanOf(architecture))),
    );
  }

  augmented(candidate: Candidate): Candidate {
    if (this.#teachers.length === 0) return candidate;
    const { architecture } = candidate;
    const known = this.#augmented.get(architecture);
    if (known !== undefined) return known;
    const means = this.#teachers.map((teacher) => teacher.meanOf(architecture));
    const features = Float64Array.of(
      ...candidate.features,
      ...means.map((mean, index) => this.#scaled(mean, index)),
    );
    const counts = Float64Array.of(
      ...candidate.counts,
      ...means.map((mean, index) => Math.exp(mean - (this.#scales[index]?.mean ?? 0))),
    );
    const augmented = { ...candidate, features, counts };
    this.#augmented.set(architecture, augmented);
    return augmented;
  }

  /** All teachers' opinions of what is slow, as one. */
  cost({ architecture }: Candidate): number {
    return this.#teachers.reduce(
      (sum, teacher, index) => sum + this.#scaled(teacher.meanOf(architecture), index),
      0,
    );
  }

  #scaled(mean: number, index: number): number {
    const scale = this.#scales[index];
    return scale === undefined ? 0 : (mean - scale.mean) / scale.deviation;
  }
}

function scaleOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
