import { createRandom, type Random } from '../../../common/random';
import { genotypeAt, genotypeCount, type SearchSpace } from '../space';
import { CandidateFactory, type Candidate } from './candidate';
import { searchCandidates } from './inner_search';

/** Spaces of no more genotypes are listed whole; larger ones are searched. */
const largestListedSpace = 2 ** 16;
/** Random networks by which features are scaled. */
const sampleSize = 300;
const draws = 40 * sampleSize;
/** Of them to begin each inner search with. */
const drawnAnew = 100;

/** Where candidates come from: all there are, or those that an inner search finds with what is believed of latency. */
export interface CandidatePool {
  candidateOf(architecture: string): Candidate;
  /** Of the whole space. */
  readonly sample: readonly Candidate[];
  /** Candidates worth a look when latency is as `cost` says; `known` are where to begin. */
  find(cost: (candidate: Candidate) => number, known: readonly Candidate[], random: Random): readonly Candidate[];
}

export function createCandidatePool(space: SearchSpace, errorPercentOf: (architecture: string) => number): CandidatePool {
  if (genotypeCount(space) > largestListedSpace) return searchedPool(space, errorPercentOf);
  const names = new Set<string>();
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const name = space.architectureOf(genotypeAt(space, index));
    if (name !== undefined) names.add(name);
  }
  const factory = new CandidateFactory(space, errorPercentOf, [...names]);
  const all = Array.from(names, (name) => factory.candidateOf(name));
  return { candidateOf: (architecture) => factory.candidateOf(architecture), sample: all, find: () => all };
}

function searchedPool(space: SearchSpace, errorPercentOf: (architecture: string) => number): CandidatePool {
  const names = randomNames(space, sampleSize, createRandom('scale of features'));
  const factory = new CandidateFactory(space, errorPercentOf, names);
  const candidateOf = (architecture: string): Candidate => factory.candidateOf(architecture);
  return {
    candidateOf,
    sample: names.map(candidateOf),
    find: (cost, known, random) => searchCandidates({ space, candidateOf, cost, random, first: [...known.map(({ architecture }) => architecture), ...randomNames(space, drawnAnew, random)] }),
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
