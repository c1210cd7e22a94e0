import type { Space } from '../../model/space/space';
import type { KnownError } from '../strategy/strategy';
import { deriveFeatures, type DerivedFeatures } from './derived_features';
import type { Encoded } from './kernel';

/** A network that may be proposed, as the surrogate sees it. */
export interface Candidate extends Encoded {
  readonly architecture: string;
  /** Known without measuring. */
  readonly errorPercent: number;
  /** What the additive model counts: features above their least, or how often options were taken. */
  readonly counts: Float64Array;
  /** What is taken to cost something before anything was measured: features, or what choices are worth in accuracy. */
  readonly expenses: Float64Array;
}

/** What is needed of a space to encode its networks. */
type EncodedSpace = Pick<Space, 'choices' | 'genotypeOf' | 'featuresOf'>;

/** More than a listed space has; a search of a large one looks at some thousands for each model, and would fill the memory. */
const mostRemembered = 100_000;

/** Turns architectures into candidates and remembers the newest. Features are scaled by a sample of the space, and derived from it where the space tells none. */
export class CandidateFactory {
  readonly #space: EncodedSpace;
  readonly #errorPercentOf: (architecture: string) => number;
  readonly #means: Float64Array;
  readonly #deviations: Float64Array;
  readonly #least: Float64Array;
  /** Where the space tells no features. */
  readonly #derived: DerivedFeatures | undefined;
  readonly #known = new Map<string, Candidate>();
  readonly #learned = new Map<string, number>();

  constructor(
    space: EncodedSpace,
    errorPercentOf: (architecture: string) => number,
    sample: readonly string[],
  ) {
    this.#space = space;
    this.#errorPercentOf = errorPercentOf;
    const isTold = sample.some((architecture) => space.featuresOf(architecture).length > 0);
    const described = isTold
      ? []
      : sample.map((architecture) => ({
          genotype: space.genotypeOf(architecture),
          errorPercent: errorPercentOf(architecture),
        }));
    const derived = described.length === 0 ? undefined : deriveFeatures(space.choices, described);
    this.#derived = derived;
    const rows =
      derived === undefined
        ? sample.map((architecture) => space.featuresOf(architecture))
        : described.map((network) => derived.featuresOf(network));
    const count = Math.max(1, rows.length);
    this.#means = Float64Array.from(
      rows[0] ?? [],
      (_, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / count,
    );
    this.#least = this.#means.map((_, index) => Math.min(...rows.map((row) => row[index] ?? 0)));
    this.#deviations = this.#means.map(
      (mean, index) =>
        Math.sqrt(rows.reduce((sum, row) => sum + ((row[index] ?? 0) - mean) ** 2, 0) / count) || 1,
    );
  }

  /** Whether the space says what its networks take; what is derived says less. */
  get isTold(): boolean {
    return this.#derived === undefined;
  }

  /** From now on these are the errors of their candidates; how features are scaled stays. */
  learn(errors: readonly KnownError[]): void {
    for (const { architecture, errorPercent } of errors) {
      this.#learned.set(architecture, errorPercent);
      this.#known.delete(architecture);
    }
  }

  candidateOf(architecture: string): Candidate {
    const known = this.#known.get(architecture);
    if (known !== undefined) return known;
    const genotype = this.#space.genotypeOf(architecture);
    const errorPercent = this.#learned.get(architecture) ?? this.#errorPercentOf(architecture);
    const raw =
      this.#derived?.featuresOf({ genotype, errorPercent }) ?? this.#space.featuresOf(architecture);
    const counts =
      this.#derived?.countsOf(genotype) ??
      raw.map((value, index) => Math.max(0, value - (this.#least[index] ?? 0)));
    const features = raw.map(
      (value, index) => (value - (this.#means[index] ?? 0)) / (this.#deviations[index] ?? 1),
    );
    const candidate = {
      architecture,
      errorPercent,
      choices: Uint16Array.from(genotype),
      features,
      counts,
      expenses: this.#derived?.worthOf(genotype) ?? features,
    };
    this.#known.set(architecture, candidate);
    const oldest = this.#known.keys().next();
    if (this.#known.size > mostRemembered && oldest.done !== true) this.#known.delete(oldest.value);
    return candidate;
  }
}
