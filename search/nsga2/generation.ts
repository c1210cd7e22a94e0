import { assert } from '../../common/assert';
import type { Random } from '../../common/random';
import { compareStandings, standings, type Contender, type Standing } from './standing';
import type { Variation } from './variation';

export interface Individual<Genome> extends Contender {
  readonly genome: Genome;
}

export interface RankedIndividual<Genome> {
  readonly individual: Individual<Genome>;
  readonly standing: Standing;
}

/**
 * NSGA-II's choice of the next parents: whole fronts while they fit, of the front that does not those with most room.
 * Of equals the earlier stay. https://doi.org/10.1109/4235.996017
 */
export function survivors<Genome>(
  individuals: readonly Individual<Genome>[],
  populationSize: number,
): RankedIndividual<Genome>[] {
  const ranked = rankAll(individuals);
  if (ranked.length <= populationSize) return ranked;
  return ranked.sort((a, b) => compareStandings(a.standing, b.standing)).slice(0, populationSize);
}

export function rankAll<Genome>(
  individuals: readonly Individual<Genome>[],
): RankedIndividual<Genome>[] {
  const found = standings(individuals);
  return individuals.map((individual, index) => ({
    individual,
    standing: found[index] ?? { rank: Infinity, crowding: 0 },
  }));
}

/** `count` children. Each parent meets another in two tournaments of every round, and the winners pair off. */
export function breed<Genome>(
  parents: readonly RankedIndividual<Genome>[],
  count: number,
  variation: Variation<Genome>,
  random: Random,
): Genome[] {
  assert(parents.length > 0, 'children have parents');
  const winners = tournaments(parents, random);
  const children: Genome[] = [];
  while (children.length < count) {
    const pair = variation.cross(winners(), winners(), random);
    children.push(...pair.map((child) => variation.mutate(child, random)));
  }
  return children.slice(0, count);
}

/** Winners of pairs from a shuffled list of the parents, which is shuffled anew whenever it is used up. */
function tournaments<Genome>(
  parents: readonly RankedIndividual<Genome>[],
  random: Random,
): () => Genome {
  let order: RankedIndividual<Genome>[] = [];
  const next = (): RankedIndividual<Genome> => {
    if (order.length === 0) order = shuffled(parents, random);
    const parent = order.pop();
    assert(parent !== undefined, 'a population has members');
    return parent;
  };
  return () => {
    const [a, b] = [next(), next()];
    return (compareStandings(a.standing, b.standing) <= 0 ? a : b).individual.genome;
  };
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    const [a, b] = [order[index], order[other]];
    if (a !== undefined && b !== undefined) [order[index], order[other]] = [b, a];
  }
  return order;
}
