import { createRandom, type Random } from '../../../common/random';
import { breed, survivors, type Individual } from '../generation';
import { genotypeAt, genotypeCount, type Genotype, type SearchSpace } from '../space';
import { choiceVariation } from '../variation';
import { CandidateFactory, type Candidate } from './candidate';

/** Spaces of no more genotypes are listed whole; larger ones are searched. */
const largestListedSpace = 2 ** 16;
/** Random networks by which features are scaled. */
const sampleSize = 300;
const draws = 40 * sampleSize;
const populationSize = 100;
const generations = 20;

/** Where candidates come from: all there are, or those that an inner search finds with what is believed of latency. */
export interface CandidatePool {
  candidateOf(architecture: string): Candidate;
  /** Of the whole space. */
  readonly sample: readonly Candidate[];
  /** Candidates worth a look when latency is as `cost` says; `known` are where to begin. */
  find(cost: (candidate: Candidate) => number, known: readonly Candidate[], random: Random): readonly Candidate[];
}

export function createCandidatePool(space: SearchSpace, errorPercentOf: (architecture: string) => number): CandidatePool {
  if (genotypeCount(space) > largestListedSpace) return evolvedPool(space, errorPercentOf);
  const names = new Set<string>();
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const name = space.architectureOf(genotypeAt(space, index));
    if (name !== undefined) names.add(name);
  }
  const factory = new CandidateFactory(space, errorPercentOf, [...names]);
  const all = Array.from(names, (name) => factory.candidateOf(name));
  return { candidateOf: (architecture) => factory.candidateOf(architecture), sample: all, find: () => all };
}

function evolvedPool(space: SearchSpace, errorPercentOf: (architecture: string) => number): CandidatePool {
  const names = randomNames(space, sampleSize, createRandom('scale of features'));
  const factory = new CandidateFactory(space, errorPercentOf, names);
  return {
    candidateOf: (architecture) => factory.candidateOf(architecture),
    sample: names.map((name) => factory.candidateOf(name)),
    find: (cost, known, random) => {
      const found = new Map<string, Individual<Genotype>>();
      const variation = choiceVariation(space.choices);
      const add = (architecture: string | undefined): Individual<Genotype>[] => {
        if (architecture === undefined || found.has(architecture)) return [];
        const candidate = factory.candidateOf(architecture);
        const individual = { genome: Array.from(candidate.choices), objectives: [cost(candidate), candidate.errorPercent], violation: 0 };
        found.set(architecture, individual);
        return [individual];
      };
      const first = [...known.map(({ architecture }) => architecture), ...randomNames(space, populationSize, random)].flatMap(add);
      let parents = survivors(first, populationSize);
      for (let generation = 0; generation < generations && parents.length > 0; generation += 1) {
        const children = breed(parents, populationSize, variation, random).flatMap((genotype) => add(space.architectureOf(genotype)));
        parents = survivors([...parents.map(({ individual }) => individual), ...children], populationSize);
      }
      return Array.from(found.keys(), (architecture) => factory.candidateOf(architecture));
    },
  };
}

function randomNames(space: SearchSpace, count: number, random: Random): string[] {
  const names = new Set<string>();
  for (let draw = 0; draw < draws && names.size < count; draw += 1) {
    const name = space.architectureOf(space.draw(random));
    if (name !== undefined) names.add(name);
  }
  return [...names];
}
