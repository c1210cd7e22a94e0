import type { Genotype, Space } from '../../model/space/space';
import { assert } from '../../common/assert';
import { createRandom, type Random } from '../../common/random';
import { breed, survivors, type Individual, type RankedIndividual } from './generation';
import { ProposalLog } from '../strategy/proposal_log';
import type { Ask, Evaluation, Proposal, Strategy } from '../strategy/strategy';
import { choiceVariation } from './variation';

export interface Nsga2Options {
  readonly seed: number;
  /** Parents that are kept, and children of a generation. */
  readonly populationSize: number;
}

/** Generations in a row of which every child was bred before, until a new architecture is drawn by chance. */
const largestIdleGenerations = 50;
/** Draws for each member of the first generation: more only where hardly any genotype is a network. */
const largestDraws = 300;

interface Child {
  readonly genotype: Genotype;
  readonly architecture: string;
}

/**
 * Plain NSGA-II by generations, as DONNA uses it (https://arxiv.org/abs/2012.08859): a generation is bred when the one
 * before has been measured whole. A child that was measured before takes what is known, and nothing is measured for it.
 */
export class Nsga2 implements Strategy {
  readonly #space: Space;
  readonly #options: Nsga2Options;
  readonly #log: ProposalLog;
  /** What generations held, in the order of breeding: a replay breeds the same, whatever has been proposed. */
  readonly #bred: ProposalLog;
  readonly #ends = new Map<string, Evaluation | 'withdrawn'>();
  #parents: readonly RankedIndividual<Genotype>[] = [];
  #generation = 0;
  #idleGenerations = 0;
  #children: readonly Child[] | undefined;
  #duplicates = 0;

  constructor(space: Space, options: Nsga2Options) {
    assert(options.populationSize >= 2, 'a population has at least two members');
    this.#space = space;
    this.#options = options;
    this.#log = new ProposalLog(space);
    this.#bred = new ProposalLog(space);
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  ask(): Ask {
    for (;;) {
      const children = (this.#children ??= this.#nextChildren());
      if (children.length === 0) return 'exhausted';
      const unseen = children.find(({ architecture }) => !this.#log.has(architecture));
      if (unseen !== undefined) return this.#log.add(unseen.architecture);
      if (children.some(({ architecture }) => !this.#ends.has(architecture))) return 'later';
      this.#finishGeneration(children);
    }
  }

  adopt(proposal: Proposal): void {
    this.#log.adopt(proposal);
  }

  tell(architecture: string, evaluation: Evaluation): void {
    this.#log.sequenceOf(architecture);
    assert(
      evaluation.kind === 'infeasible' || evaluation.objectives.every(Number.isFinite),
      'objectives are finite numbers',
    );
    this.#ends.set(architecture, evaluation);
  }

  withdraw(architecture: string): void {
    this.#log.sequenceOf(architecture);
    this.#ends.set(architecture, 'withdrawn');
  }

  /** The generation is whole: the best of parents and children become parents. */
  #finishGeneration(children: readonly Child[]): void {
    const individuals = [
      ...this.#parents.map(({ individual }) => individual),
      ...children.flatMap((child) => this.#individual(child)),
    ];
    this.#parents = survivors(individuals, this.#options.populationSize);
    this.#generation += 1;
    this.#children = undefined;
  }

  #individual({ genotype, architecture }: Child): Individual<Genotype>[] {
    const end = this.#ends.get(architecture);
    if (end === undefined || end === 'withdrawn') return [];
    return [
      end.kind === 'measured'
        ? { genome: genotype, objectives: end.objectives, violation: end.violation }
        : { genome: genotype, objectives: [], violation: end.violation },
    ];
  }

  #nextChildren(): readonly Child[] {
    const random = createRandom(
      `${String(this.#options.seed)}/generation/${String(this.#generation)}`,
    );
    if (this.#idleGenerations >= largestIdleGenerations) return this.#claim(this.#drawOne(random));
    if (this.#parents.length < 2) return this.#claim(this.#drawMany(random));
    const bred = this.#named(
      breed(
        this.#parents,
        this.#options.populationSize,
        choiceVariation(this.#space.choices),
        random,
      ),
    );
    // In a table that samples a large space hardly any child is a network.
    return this.#claim(bred.length > 0 ? bred : this.#drawOne(random));
  }

  #drawMany(random: Random): Child[] {
    const drawn: Child[] = [];
    for (
      let draw = 0;
      draw < this.#options.populationSize * largestDraws &&
      drawn.length < this.#options.populationSize;
      draw += 1
    )
      drawn.push(...this.#named([this.#space.draw(random)]));
    return drawn.length > 0 ? drawn : this.#drawOne(random);
  }

  #drawOne(random: Random): Child[] {
    const architecture = this.#bred.drawUnseen(random);
    return architecture === undefined
      ? []
      : [{ architecture, genotype: this.#space.genotypeOf(architecture) }];
  }

  /** Genotypes that are no network are left out: they cost nothing and teach nothing. */
  #named(genotypes: readonly Genotype[]): Child[] {
    return genotypes.flatMap((genotype) => {
      const architecture = this.#space.architectureOf(genotype);
      return architecture === undefined ? [] : [{ genotype, architecture }];
    });
  }

  #claim(children: readonly Child[]): readonly Child[] {
    const fresh = new Set(
      children
        .map(({ architecture }) => architecture)
        .filter((architecture) => !this.#bred.has(architecture)),
    );
    for (const architecture of fresh) this.#bred.add(architecture);
    this.#duplicates += children.length - fresh.size;
    this.#idleGenerations = fresh.size > 0 ? 0 : this.#idleGenerations + 1;
    return children;
  }
}
