import { assert } from '../../common/assert';
import type { Random } from '../../common/random';
import { proposalRandom, ProposalLog } from './proposal_log';
import { ProposalOrder } from './proposal_order';
import type { Genotype, SearchSpace } from './space';
import { compareStandings, standings, type Contender, type Standing } from './standing';
import type { Evaluation, Proposal, Strategy } from './strategy';

export interface Nsga2Options {
  readonly seed: number;
  /** The parents that are kept, and the number of random proposals to begin with. */
  readonly populationSize: number;
}

/** Share of children that mix two parents; the others are mutated copies. The usual value for NSGA-II. */
const crossoverProbability = 0.9;
/** Children bred in search of one that is new, before a random one is taken: late in a search most are known. */
const largestBreedings = 50;

/** Results that may wait for an earlier proposal's, as a share of the population: longer waits were seen to slow large fleets down. */
const largestLagShare = 0.25;

interface Member extends Contender {
  readonly genotype: Genotype;
}

interface RankedMember {
  readonly member: Member;
  readonly standing: Standing;
}

/**
 * NSGA-II without generations: a child is bred whenever a device is free, a result joins the population as it comes, and the
 * worst of populationSize + 1 leaves. Constraints act by constrained domination. Results join in the order of proposal
 * (`ProposalOrder` says why), and the first populationSize proposals are random whatever has arrived, so the quickest of
 * the first cohort do not become the parents of everything. Later children are bred from what has joined; no one waits.
 */
export class Nsga2 implements Strategy {
  readonly #space: SearchSpace;
  readonly #options: Nsga2Options;
  readonly #log: ProposalLog;
  readonly #order: ProposalOrder<Member>;
  #population: readonly RankedMember[] = [];

  constructor(space: SearchSpace, options: Nsga2Options) {
    assert(options.populationSize >= 2, 'a population has at least two members');
    this.#space = space;
    this.#options = options;
    this.#log = new ProposalLog(space);
    this.#order = new ProposalOrder(Math.floor(options.populationSize * largestLagShare));
  }

  ask(): Proposal | undefined {
    const sequence = this.#log.nextSequence;
    const random = proposalRandom(this.#options.seed, sequence);
    const isBreeding = sequence >= this.#options.populationSize && this.#population.length >= 2;
    const architecture = (isBreeding ? this.#breedUnseen(random) : undefined) ?? this.#log.drawUnseen(random);
    return architecture === undefined ? undefined : this.#log.add(architecture);
  }

  adopt(proposal: Proposal): void {
    // A number without a proposal belonged to one that could not be built: nothing will come for it.
    for (let sequence = this.#log.nextSequence; sequence < proposal.sequence; sequence += 1) this.#order.skip(sequence);
    this.#log.adopt(proposal);
  }

  tell(architecture: string, evaluation: Evaluation): void {
    const measured = evaluation.kind === 'measured' ? evaluation : { objectives: [], violation: Infinity };
    assert(measured.objectives.every(Number.isFinite) && measured.violation >= 0, 'objectives are finite numbers');
    const member = { genotype: this.#space.genotypeOf(architecture), objectives: measured.objectives, violation: measured.violation };
    this.#admit(this.#order.arrive(this.#log.sequenceOf(architecture), member));
  }

  withdraw(architecture: string): void {
    this.#admit(this.#order.skip(this.#log.sequenceOf(architecture)));
  }

  #admit(members: readonly Member[]): void {
    for (const member of members) {
      const candidates = [...this.#population.map((ranked) => ranked.member), member];
      this.#population = rank(candidates.length > this.#options.populationSize ? withoutWorst(candidates) : candidates);
    }
  }

  #breedUnseen(random: Random): string | undefined {
    for (let breeding = 0; breeding < largestBreedings; breeding += 1) {
      const first = this.#winner(random);
      const child = random.next() < crossoverProbability ? cross(first, this.#winner(random), random) : first;
      const architecture = this.#log.unseen(mutate(child, this.#space, random));
      if (architecture !== undefined) return architecture;
    }
    return undefined;
  }

  /** The better of two that were drawn with replacement. */
  #winner(random: Random): Genotype {
    const [a, b] = [this.#draw(random), this.#draw(random)];
    return compareStandings(a.standing, b.standing) <= 0 ? a.member.genotype : b.member.genotype;
  }

  #draw(random: Random): RankedMember {
    const drawn = this.#population[random.below(this.#population.length)];
    assert(drawn !== undefined, 'the population has members');
    return drawn;
  }
}

function rank(members: readonly Member[]): RankedMember[] {
  const ranked: RankedMember[] = [];
  standings(members).forEach((standing, index) => {
    const member = members[index];
    if (member !== undefined) ranked.push({ member, standing });
  });
  return ranked;
}

/** Of equals the newest leaves. */
function withoutWorst(members: readonly Member[]): Member[] {
  const ranked = rank(members);
  const worst = ranked.reduce((a, b) => (compareStandings(b.standing, a.standing) >= 0 ? b : a));
  return members.filter((member) => member !== worst.member);
}

/** Each position from either parent with equal chance. */
function cross(first: Genotype, second: Genotype, random: Random): Genotype {
  return first.map((choice, position) => (random.next() < 0.5 ? choice : (second[position] ?? choice)));
}

/** Each position changes to another of its choices with such a chance that one does on average. */
function mutate(genotype: Genotype, space: SearchSpace, random: Random): Genotype {
  return genotype.map((choice, position) => {
    const count = space.choices[position] ?? 1;
    if (count < 2 || random.next() >= 1 / genotype.length) return choice;
    return (choice + 1 + random.below(count - 1)) % count;
  });
}
