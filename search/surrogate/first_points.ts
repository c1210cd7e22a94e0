import type { Random } from '../../common/random';
import type { Candidate } from './candidate';

/** How far the guesses of what an expense costs differ: by half or double. */
const guessDeviation = 0.7;

/** A guess of what the expenses cost, all of them something. */
export function guessCosts(random: Random): (candidate: Candidate) => number {
  const weights: number[] = [];
  return ({ expenses }) => {
    while (weights.length < expenses.length)
      weights.push(Math.exp(guessDeviation * random.normal()));
    return weights.reduce((sum, weight, index) => sum + weight * (expenses[index] ?? 0), 0);
  };
}

const middleFirst = [1 / 2, 3 / 4, 1 / 4, 1, 0];

/** Before anything is known of the target, accuracy is: the member of the front of error against a guessed cost that stands at `share` of its length. */
export function firstPoint(
  candidates: readonly Candidate[],
  cost: (candidate: Candidate) => number,
  share: number,
): Candidate | undefined {
  const priced = candidates.map((candidate) => ({ candidate, cost: cost(candidate) }));
  priced.sort((a, b) => a.cost - b.cost || a.candidate.errorPercent - b.candidate.errorPercent);
  let lowest = Infinity;
  const front = priced.filter(({ candidate }) => {
    if (candidate.errorPercent >= lowest) return false;
    lowest = candidate.errorPercent;
    return true;
  });
  return front[Math.round(share * (front.length - 1))]?.candidate;
}

/** As `spread`, but the ends come fourth and fifth: where costs are poor guesses the middle says more by itself. */
export function spreadOutwards(index: number): number {
  return middleFirst[index] ?? spread(index);
}

/** 0, 1, 1/2, 1/4, 3/4, 1/8 …: any number of the first are spread over the whole. */
export function spread(index: number): number {
  if (index < 2) return index;
  let share = 0;
  let step = 0.5;
  for (let rest = index - 1; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) share += step;
    step /= 2;
  }
  return share;
}
