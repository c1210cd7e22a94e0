import { createRandom } from '../../../common/random';
import { breed, rankAll, survivors } from '../../../search/nsga2/generation';
import type { Point } from '../../../search/front/point';
import { realVariation, type RealBounds } from '../../../search/nsga2/real_variation';

/** A problem of real numbers, all objectives minimised. */
interface RealProblem {
  readonly bounds: readonly RealBounds[];
  readonly evaluate: (genome: readonly number[]) => Point;
}

const unit = (count: number): RealBounds[] =>
  Array.from({ length: count }, () => ({ low: 0, high: 1 }));
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

function zdt(
  bounds: readonly RealBounds[],
  first: (x: number) => number,
  g: (rest: readonly number[]) => number,
  h: (f: number, g: number) => number,
): RealProblem {
  return {
    bounds,
    evaluate: ([x = 0, ...rest]) => {
      const [f, distance] = [first(x), g(rest)];
      return [f, distance * h(f, distance)];
    },
  };
}

const linear = (rest: readonly number[]): number => 1 + (9 * sum(rest)) / rest.length;
const itself = (x: number): number => x;

/** Zitzler, Deb and Thiele, https://doi.org/10.1162/106365600568202 */
export const zdt1 = zdt(unit(30), itself, linear, (f, g) => 1 - Math.sqrt(f / g));
export const zdt2 = zdt(unit(30), itself, linear, (f, g) => 1 - (f / g) ** 2);
export const zdt3 = zdt(
  unit(30),
  itself,
  linear,
  (f, g) => 1 - Math.sqrt(f / g) - (f / g) * Math.sin(10 * Math.PI * f),
);
export const zdt4 = zdt(
  [...unit(1), ...Array.from({ length: 9 }, () => ({ low: -5, high: 5 }))],
  itself,
  (rest) => 1 + 10 * rest.length + sum(rest.map((x) => x * x - 10 * Math.cos(4 * Math.PI * x))),
  (f, g) => 1 - Math.sqrt(f / g),
);
export const zdt6 = zdt(
  unit(10),
  (x) => 1 - Math.exp(-4 * x) * Math.sin(6 * Math.PI * x) ** 6,
  (rest) => 1 + 9 * (sum(rest) / rest.length) ** 0.25,
  (f, g) => 1 - (f / g) ** 2,
);

/** Deb, Thiele, Laumanns and Zitzler with three objectives and ten variables of distance, https://doi.org/10.1109/CEC.2002.1007032 */
export const dtlz2: RealProblem = {
  bounds: unit(12),
  evaluate: ([a = 0, b = 0, ...rest]) => {
    const radius = 1 + sum(rest.map((x) => (x - 0.5) ** 2));
    const [alpha, beta] = [(a * Math.PI) / 2, (b * Math.PI) / 2];
    return [
      radius * Math.cos(alpha) * Math.cos(beta),
      radius * Math.cos(alpha) * Math.sin(beta),
      radius * Math.sin(alpha),
    ];
  },
};

/** The objectives of the last population of NSGA-II. */
export function minimise(
  { bounds, evaluate }: RealProblem,
  seed: number,
  run: { readonly populationSize: number; readonly evaluations: number },
): Point[] {
  const random = createRandom(seed);
  const variation = realVariation(bounds);
  const individual = (genome: readonly number[]) => ({
    genome,
    objectives: evaluate(genome),
    violation: 0,
  });
  let parents = rankAll(
    Array.from({ length: run.populationSize }, () => individual(variation.draw(random))),
  );
  for (
    let evaluations = run.populationSize;
    evaluations < run.evaluations;
    evaluations += run.populationSize
  ) {
    const children = breed(parents, run.populationSize, variation, random).map(individual);
    parents = survivors(
      [...parents.map((ranked) => ranked.individual), ...children],
      run.populationSize,
    );
  }
  return parents.map((ranked) => ranked.individual.objectives);
}
