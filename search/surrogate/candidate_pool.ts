import { listNetworks } from '../../model/space/genotype';
import type { Space } from '../../model/space/space';
import { createRandom, type Random } from '../../common/random';
import type { KnownError } from '../strategy/strategy';
import { CandidateFactory, type Candidate } from './candidate';
import { searchCandidates } from './inner_search';

/** Of all candidates that are looked at as a whole, in numbers that describe them: a quarter of a gigabyte. */
const mostNumbers = 2 ** 25;
/** Random networks by which features are scaled. */
const sampleSize = 300;
const draws = 40 * sampleSize;
/** Of them to begin each inner search with. */
const drawnAnew = 100;
/** The same of a table, where next to no change of a network is in the table too. */
const drawnAnewOfTable = 4_000;

/** Where candidates come from: all there are, or those that an inner search finds with what is believed of latency. */
export interface CandidatePool {
  candidateOf(architecture: string): Candidate;
  /** The space says what its networks take. */
  readonly isTold: boolean;
  /** Of the whole space. */
  readonly sample: readonly Candidate[];
  /** Candidates of these networks that were given out before are outdated. */
  learn(errors: readonly KnownError[]): void;
  /** Candidates worth a look when latency is as `cost` says; `known` are where to begin. */
  find(
    cost: (candidate: Candidate) => number,
    known: readonly Candidate[],
    random: Random,
  ): readonly Candidate[];
}

export function createCandidatePool(
  space: Space,
  errorPercentOf: (architecture: string) => number,
): CandidatePool {
  const names = listNetworks(space);
  if (names === undefined) return searchedPool(space, errorPercentOf);
  const factory = new CandidateFactory(space, errorPercentOf, names);
  const [first] = names;
  if (first !== undefined && names.length * numbersOf(factory.candidateOf(first)) > mostNumbers)
    return searchedPool(space, errorPercentOf);
  let all = names.map((name) => factory.candidateOf(name));
  return {
    candidateOf: (architecture) => factory.candidateOf(architecture),
    isTold: factory.isTold,
    sample: all,
    learn: (errors) => {
      factory.learn(errors);
      all = names.map((name) => factory.candidateOf(name));
    },
    find: () => all,
  };
}

function numbersOf({ choices, features, counts, expenses }: Candidate): number {
  return choices.length + features.length + counts.length + expenses.length;
}

function searchedPool(
  space: Space,
  errorPercentOf: (architecture: string) => number,
): CandidatePool {
  const names = randomNames(space, sampleSize, createRandom('scale of features'));
  const factory = new CandidateFactory(space, errorPercentOf, names);
  const candidateOf = (architecture: string): Candidate => factory.candidateOf(architecture);
  return {
    candidateOf,
    isTold: factory.isTold,
    sample: names.map(candidateOf),
    learn: (errors) => factory.learn(errors),
    find: (cost, known, random) =>
      searchCandidates({
        space,
        candidateOf,
        cost,
        random,
        first: [
          ...known.map(({ architecture }) => architecture),
          ...randomNames(space, space.names === undefined ? drawnAnew : drawnAnewOfTable, random),
        ],
      }),
  };
}

function randomNames(space: Space, count: number, random: Random): string[] {
  const names = new Set<string>();
  for (let draw = 0; draw < draws && names.size < count; draw += 1) {
    const name = space.architectureOf(space.draw(random));
    if (name !== undefined) names.add(name);
  }
  return [...names];
}
