import type { SearchSpace } from '../space';
import type { Encoded } from './kernel';

/** A network that may be proposed, as the surrogate sees it. */
export interface Candidate extends Encoded {
  readonly architecture: string;
  /** Known without measuring. */
  readonly errorPercent: number;
  /** What the additive model counts: features above their least, or which choices were taken. */
  readonly counts: Float64Array;
}

/** What is needed of a space to encode its networks. */
type EncodedSpace = Pick<SearchSpace, 'choices' | 'genotypeOf' | 'featuresOf'>;

/** More than a listed space has; a search of a large one looks at some thousands for each model, and would fill the memory. */
const mostRemembered = 100_000;

/** Turns architectures into candidates and remembers the newest. Features are scaled by a sample of the space. */
export class CandidateFactory {
  readonly #space: EncodedSpace;
  readonly #errorPercentOf: (architecture: string) => number;
  readonly #means: Float64Array;
  readonly #deviations: Float64Array;
  readonly #least: Float64Array;
  readonly #known = new Map<string, Candidate>();

  constructor(space: EncodedSpace, errorPercentOf: (architecture: string) => number, sample: readonly string[]) {
    this.#space = space;
    this.#errorPercentOf = errorPercentOf;
    const rows = sample.map((architecture) => space.featuresOf(architecture));
    const count = Math.max(1, rows.length);
    this.#means = Float64Array.from(rows[0] ?? [], (_, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0) / count);
    this.#least = this.#means.map((_, index) => Math.min(...rows.map((row) => row[index] ?? 0)));
    this.#deviations = this.#means.map((mean, index) => Math.sqrt(rows.reduce((sum, row) => sum + ((row[index] ?? 0) - mean) ** 2, 0) / count) || 1);
  }

  candidateOf(architecture: string): Candidate {
    const known = this.#known.get(architecture);
    if (known !== undefined) return known;
    const raw = this.#space.featuresOf(architecture);
    const genotype = this.#space.genotypeOf(architecture);
    const counts = raw.length > 0 ? raw.map((value, index) => Math.max(0, value - (this.#least[index] ?? 0))) : Float64Array.from(this.#space.choices.flatMap((count, position) => Array.from({ length: count }, (_, choice) => (genotype[position] === choice ? 1 : 0))));
    const features = raw.map((value, index) => (value - (this.#means[index] ?? 0)) / (this.#deviations[index] ?? 1));
    const candidate = { architecture, errorPercent: this.#errorPercentOf(architecture), choices: Uint16Array.from(genotype), features, counts };
    this.#known.set(architecture, candidate);
    const oldest = this.#known.keys().next();
    if (this.#known.size > mostRemembered && oldest.done !== true) this.#known.delete(oldest.value);
    return candidate;
  }
}
