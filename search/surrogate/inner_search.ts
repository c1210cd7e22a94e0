import type { Genotype, Space } from '../../model/space/space';
import { assert } from '../../common/assert';
import type { Random } from '../../common/random';
import { breed, survivors, type Individual, type RankedIndividual } from '../nsga2/generation';
import { choiceVariation, type Variation } from '../nsga2/variation';
import type { Candidate } from './candidate';
import { compose, type Price } from './composition';

const populationSize = 100;
const generations = 10;
/** Networks from which compositions begin: what an option changes depends on where along the front it is tried. */
const bases = 4;
/** Of each base. */
const mostComposed = 100;
/** Children of which two choices change at once: what one alone makes worse, two can make better. */
const pairShare = 0.5;

interface InnerSearch {
  readonly space: Space;
  readonly candidateOf: (architecture: string) => Candidate;
  readonly cost: (candidate: Candidate) => number;
  /** Architectures to begin with; NSGA-II draws on them and on chance. */
  readonly first: readonly string[];
  readonly random: Random;
}

/** Candidates of a space that is too large to be listed: what an NSGA-II comes upon, and what composing the front part by part does. */
export function searchCandidates({
  space,
  candidateOf,
  cost,
  first,
  random,
}: InnerSearch): readonly Candidate[] {
  const found = new Map<string, Individual<Genotype>>();
  const add = (architecture: string | undefined): Individual<Genotype> | undefined => {
    if (architecture === undefined) return undefined;
    const known = found.get(architecture);
    if (known !== undefined) return known;
    const candidate = candidateOf(architecture);
    const individual = {
      genome: Array.from(candidate.choices),
      objectives: [cost(candidate), candidate.errorPercent],
      violation: 0,
    };
    found.set(architecture, individual);
    return individual;
  };
  const addNew = (architecture: string | undefined): Individual<Genotype>[] => {
    const isNew = architecture !== undefined && !found.has(architecture);
    const individual = add(architecture);
    return isNew && individual !== undefined ? [individual] : [];
  };
  const price = (genotype: Genotype): Price | undefined => {
    const individual = add(space.architectureOf(genotype));
    return (
      individual && { cost: individual.objectives[0] ?? 0, error: individual.objectives[1] ?? 0 }
    );
  };
  let parts = partsOf(space);
  const variation = pairVariation(space.choices);
  let parents = survivors(first.flatMap(addNew), populationSize);
  for (let round = 0; round < bases && parents.length > 0; round += 1) {
    const base = baseOf(parents, round);
    const composed = compose(split(base, parts), parts, price, mostComposed);
    parts = composed.parts;
    parents = survivors(
      [
        ...new Set([
          ...parents.map(({ individual }) => individual),
          ...composed.genotypes.flatMap((genotype) => add(space.architectureOf(genotype)) ?? []),
        ]),
      ],
      populationSize,
    );
    for (let generation = 0; generation < generations / bases; generation += 1) {
      const children = breed(parents, populationSize, variation, random).flatMap((genotype) =>
        addNew(space.architectureOf(genotype)),
      );
      parents = survivors(
        [...parents.map(({ individual }) => individual), ...children],
        populationSize,
      );
    }
  }
  return Array.from(found.keys(), candidateOf);
}

/** Where all choices depend on each other, each position by itself: what is no network is left out. */
function partsOf(space: Space): readonly (readonly Genotype[])[] {
  return (
    space.parts?.() ??
    space.choices.map((count) => Array.from({ length: count }, (_, choice) => [choice]))
  );
}

function split(genotype: Genotype, parts: readonly (readonly Genotype[])[]): readonly Genotype[] {
  let from = 0;
  return parts.map((options) => {
    const length = options[0]?.length ?? 0;
    from += length;
    return genotype.slice(from - length, from);
  });
}

/** The most accurate first, since from there most is admitted, then the cheapest, then between. */
function baseOf(parents: readonly RankedIndividual<Genotype>[], round: number): Genotype {
  const front = parents
    .filter(({ standing }) => standing.rank === 0)
    .map(({ individual }) => individual)
    .sort((a, b) => (a.objectives[1] ?? 0) - (b.objectives[1] ?? 0));
  const share = [0, 1, 1 / 3, 2 / 3][round % bases] ?? 0;
  const base = front[Math.round(share * (front.length - 1))];
  assert(base !== undefined, 'a population has a front');
  return base.genome;
}

function pairVariation(choices: readonly number[]): Variation<Genotype> {
  const single = choiceVariation(choices);
  const open = Array.from(choices.keys()).filter((position) => (choices[position] ?? 1) > 1);
  return {
    ...single,
    mutate: (genotype, random) => {
      if (open.length < 2 || random.next() >= pairShare) return single.mutate(genotype, random);
      const first = random.below(open.length);
      const second = (first + 1 + random.below(open.length - 1)) % open.length;
      const changed = [...genotype];
      for (const position of [open[first] ?? 0, open[second] ?? 0])
        changed[position] =
          ((changed[position] ?? 0) + 1 + random.below((choices[position] ?? 2) - 1)) %
          (choices[position] ?? 2);
      return changed;
    },
  };
}
