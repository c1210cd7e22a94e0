import type { Random } from '../../common/random';
import { crossoverProbability, type Variation } from './variation';

/** How close children stay to their parents: NSGA-II's values for real numbers. */
const crossoverIndex = 15;
const mutationIndex = 20;
/** Parents that agree in a variable have nothing to mix there. */
const smallestDifference = 1e-14;

export interface RealBounds {
  readonly low: number;
  readonly high: number;
}

/** Genomes of real numbers within bounds: simulated binary crossover and polynomial mutation. https://doi.org/10.1109/4235.996017 */
export function realVariation(bounds: readonly RealBounds[]): Variation<readonly number[]> {
  return {
    draw: (random) => bounds.map(({ low, high }) => low + (high - low) * random.next()),
    cross: (first, second, random) => {
      if (random.next() >= crossoverProbability) return [first, second];
      const pairs = bounds.map((bound, index) =>
        crossVariable(first[index] ?? bound.low, second[index] ?? bound.low, bound, random),
      );
      return [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
    },
    mutate: (genome, random) =>
      bounds.map((bound, index) => {
        const value = genome[index] ?? bound.low;
        return random.next() < 1 / bounds.length ? mutateVariable(value, bound, random) : value;
      }),
  };
}

function crossVariable(
  first: number,
  second: number,
  { low, high }: RealBounds,
  random: Random,
): readonly [number, number] {
  if (random.next() >= 0.5 || Math.abs(first - second) < smallestDifference) return [first, second];
  const [smaller, larger] = first < second ? [first, second] : [second, first];
  const chance = random.next();
  const spread = larger - smaller;
  const lower =
    (smaller + larger - spreadFactor(chance, 1 + (2 * (smaller - low)) / spread) * spread) / 2;
  const upper =
    (smaller + larger + spreadFactor(chance, 1 + (2 * (high - larger)) / spread) * spread) / 2;
  const children: readonly [number, number] = [clamp(lower, low, high), clamp(upper, low, high)];
  return random.next() < 0.5 ? children : [children[1], children[0]];
}

/** The ratio of the children's distance to the parents'; `room` is the largest one that keeps the bound. */
function spreadFactor(chance: number, room: number): number {
  const alpha = 2 - room ** -(crossoverIndex + 1);
  const ratio = chance <= 1 / alpha ? chance * alpha : 1 / (2 - chance * alpha);
  return ratio ** (1 / (crossoverIndex + 1));
}

function mutateVariable(value: number, { low, high }: RealBounds, random: Random): number {
  const extent = high - low;
  const chance = random.next();
  const power = 1 / (mutationIndex + 1);
  if (chance < 0.5) {
    const room = (1 - (value - low) / extent) ** (mutationIndex + 1);
    return clamp(value + extent * ((2 * chance + (1 - 2 * chance) * room) ** power - 1), low, high);
  }
  const room = (1 - (high - value) / extent) ** (mutationIndex + 1);
  return clamp(
    value + extent * (1 - (2 * (1 - chance) + (2 * chance - 1) * room) ** power),
    low,
    high,
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
