import { genotypeAt, genotypeCount } from '../../model/space/genotype';
import type { Genotype, Space } from '../../model/space/space';
import { assert } from '../../common/assert';
import { createRandom, type Random } from '../../common/random';
import type { Proposal } from './strategy';

/** Random genotypes tried before the space is walked: enough while a hundredth of it is still unseen. */
const largestDraws = 300;
/** Where nothing is walked chance is all there is: of limits that one network in a thousand keeps it still finds one. */
const largestDrawsOfLarge = 10_000;
/** Larger spaces are not walked: a search never gets near their end, so failing to draw means that hardly any is admitted. */
const largestWalkedSpace = 2 ** 20;

/** Every proposal of one strategy, and where to find architectures that are not among them. */
export class ProposalLog {
  readonly #space: Space;
  readonly #sequences = new Map<string, number>();
  /** All genotypes, or names, before it were found seen or invalid, which they stay. */
  #walkedTo = 0;
  #nextSequence = 0;

  constructor(space: Space) {
    this.#space = space;
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  add(architecture: string): Proposal {
    const proposal = { sequence: this.#nextSequence, architecture };
    this.adopt(proposal);
    return proposal;
  }

  adopt({ sequence, architecture }: Proposal): void {
    assert(
      sequence >= this.#nextSequence && !this.#sequences.has(architecture),
      `proposal ${String(sequence)} (${architecture}) is new`,
    );
    this.#sequences.set(architecture, sequence);
    this.#nextSequence = sequence + 1;
  }

  has(architecture: string): boolean {
    return this.#sequences.has(architecture);
  }

  sequenceOf(architecture: string): number {
    const sequence = this.#sequences.get(architecture);
    assert(sequence !== undefined, `${architecture} was proposed`);
    return sequence;
  }

  /** The architecture, when it is valid and was not proposed. */
  unseen(genotype: Genotype): string | undefined {
    const architecture = this.#space.architectureOf(genotype);
    return architecture === undefined || this.#sequences.has(architecture)
      ? undefined
      : architecture;
  }

  /** An unseen architecture by chance; undefined when there is none. */
  drawUnseen(random: Random): string | undefined {
    const draws =
      this.#space.names === undefined && genotypeCount(this.#space) > largestWalkedSpace
        ? largestDrawsOfLarge
        : largestDraws;
    for (let draw = 0; draw < draws; draw += 1) {
      const architecture = this.unseen(this.#space.draw(random));
      if (architecture !== undefined) return architecture;
    }
    return this.#walkToUnseen();
  }

  #walkToUnseen(): string | undefined {
    const names = this.#space.names?.();
    if (names !== undefined) {
      while (this.#walkedTo < names.length && this.#sequences.has(names[this.#walkedTo] ?? ''))
        this.#walkedTo += 1;
      return names[this.#walkedTo];
    }
    const count = genotypeCount(this.#space);
    if (count > largestWalkedSpace) return undefined;
    for (; this.#walkedTo < count; this.#walkedTo += 1) {
      const architecture = this.unseen(genotypeAt(this.#space, this.#walkedTo));
      if (architecture !== undefined) return architecture;
    }
    return undefined;
  }
}

/** Each proposal has its own chance, so that what came before, or a restart, does not shift it. */
export function proposalRandom(seed: number, sequence: number): Random {
  return createRandom(`${String(seed)}/proposal/${String(sequence)}`);
}
