import type { Genotype, Space } from '../../model/space/space';
import { assert } from '../../common/assert';
import type { Random } from '../../common/random';
import { survivors, type Individual, type RankedIndividual } from './generation';
import type { Nsga2Options } from './nsga2';
import { proposalRandom, ProposalLog } from '../strategy/proposal_log';
import { ProposalOrder } from './proposal_order';
import { compareStandings } from './standing';
import type { Ask, Evaluation, Proposal, Strategy } from '../strategy/strategy';
import { choiceVariation } from './variation';

/** Children bred in search of one that is new, before a random one is taken: late in a search most are known. */
const largestBreedings = 50;

/** Results that may wait for an earlier proposal's, as a share of the population: longer waits were seen to slow large fleets down. */
const largestLagShare = 0.25;

/**
 * NSGA-II without generations: a child is bred whenever a device is free, a result joins the population as it comes, and the
 * worst of populationSize + 1 leaves. Constraints act by constrained domination. Results join in the order of proposal
 * (`ProposalOrder` says why), and the first populationSize proposals are random whatever has arrived, so the quickest of
 * the first cohort do not become the parents of everything. Later children are bred from what has joined; no one waits.
 */
export class AsyncNsga2 implements Strategy {
  readonly #space: Space;
  readonly #options: Nsga2Options;
  readonly #log: ProposalLog;
  readonly #order: ProposalOrder<Individual<Genotype>>;
  #population: readonly RankedIndividual<Genotype>[] = [];
  #duplicates = 0;

  constructor(space: Space, options: Nsga2Options) {
    assert(options.populationSize >= 2, 'a population has at least two members');
    this.#space = space;
    this.#options = options;
    this.#log = new ProposalLog(space);
    this.#order = new ProposalOrder(Math.floor(options.populationSize * largestLagShare));
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  ask(): Ask {
    const sequence = this.#log.nextSequence;
    const random = proposalRandom(this.#options.seed, sequence);
    const isBreeding = sequence >= this.#options.populationSize && this.#population.length >= 2;
    const architecture =
      (isBreeding ? this.#breedUnseen(random) : undefined) ?? this.#log.drawUnseen(random);
    return architecture === undefined ? 'exhausted' : this.#log.add(architecture);
  }

  adopt(proposal: Proposal): void {
    // A number without a proposal belonged to one that could not be built: nothing will come for it.
    for (let sequence = this.#log.nextSequence; sequence < proposal.sequence; sequence += 1)
      this.#order.skip(sequence);
    this.#log.adopt(proposal);
  }

  tell(architecture: string, evaluation: Evaluation): void {
    const measured =
      evaluation.kind === 'measured'
        ? evaluation
        : { objectives: [], violation: evaluation.violation };
    assert(
      measured.objectives.every(Number.isFinite) && measured.violation >= 0,
      'objectives are finite numbers',
    );
    const member = {
      genome: this.#space.genotypeOf(architecture),
      objectives: measured.objectives,
      violation: measured.violation,
    };
    this.#admit(this.#order.arrive(this.#log.sequenceOf(architecture), member));
  }

  withdraw(architecture: string): void {
    this.#admit(this.#order.skip(this.#log.sequenceOf(architecture)));
  }

  #admit(members: readonly Individual<Genotype>[]): void {
    for (const member of members)
      this.#population = survivors(
        [...this.#population.map(({ individual }) => individual), member],
        this.#options.populationSize,
      );
  }

  #breedUnseen(random: Random): string | undefined {
    const variation = choiceVariation(this.#space.choices);
    for (let breeding = 0; breeding < largestBreedings; breeding += 1) {
      const [child] = variation.cross(this.#winner(random), this.#winner(random), random);
      const genotype = variation.mutate(child, random);
      const architecture = this.#log.unseen(genotype);
      if (architecture !== undefined) return architecture;
      if (this.#space.architectureOf(genotype) !== undefined) this.#duplicates += 1;
    }
    return undefined;
  }

  /** The better of two that were drawn with replacement. */
  #winner(random: Random): Genotype {
    const [a, b] = [this.#draw(random), this.#draw(random)];
    return compareStandings(a.standing, b.standing) <= 0
      ? a.individual.genome
      : b.individual.genome;
  }

  #draw(random: Random): RankedIndividual<Genotype> {
    const drawn = this.#population[random.below(this.#population.length)];
    assert(drawn !== undefined, 'the population has members');
    return drawn;
  }
}
