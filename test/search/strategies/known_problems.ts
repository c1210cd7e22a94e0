import { drawChoices, genotypeAt, genotypeCount } from '../../../model/space/genotype';
import type { Genotype, Space } from '../../../model/space/space';
import { nondominatedIndices } from '../../../search/front/nondominated_sort';
import type { Point } from '../../../search/front/point';

/** A space of which every genotype is its own architecture, and what each is worth. */
export interface Problem {
  readonly space: Space;
  readonly evaluate: (genotype: Genotype) => Point;
}

/** Choices as coordinates of a grid on [0, 1], and test functions of multi-objective search on it. */
function gridSpace(name: string, choices: readonly number[]): Space {
  return {
    name,
    choices,
    architectureOf: (genotype) => genotype.join('.'),
    genotypeOf: (architecture) => architecture.split('.').map(Number),
    featuresOf: () => new Float64Array(),
    draw: (random) => drawChoices(choices, random),
  };
}

/** ZDT's shape (https://doi.org/10.1162/106365600568202): g grows with the distance from the front. */
function zdt(name: string, frontOf: (x: number, g: number) => number): Problem {
  const choices = [21, 6, 6, 6];
  return {
    space: gridSpace(name, choices),
    evaluate: (genotype) => {
      const [x = 0, ...rest] = genotype.map(
        (choice, position) => choice / (choices[position]! - 1),
      );
      const g = 1 + (9 * rest.reduce((sum, value) => sum + value, 0)) / rest.length;
      return [x, g * frontOf(x, g)];
    },
  };
}

export const convex = zdt('convex', (x, g) => 1 - Math.sqrt(x / g));
export const concave = zdt('concave', (x, g) => 1 - (x / g) ** 2);
export const gapped = zdt(
  'gapped',
  (x, g) => 1 - Math.sqrt(x / g) - (x / g) * Math.sin(10 * Math.PI * x),
);

/** DTLZ2 with three objectives: the front is an eighth of a sphere. https://doi.org/10.1109/CEC.2002.1007032 */
export const sphere: Problem = {
  space: gridSpace('sphere', [9, 9, 5, 5]),
  evaluate: ([a = 0, b = 0, c = 0, d = 0]) => {
    const [u, v] = [(a / 8) * (Math.PI / 2), (b / 8) * (Math.PI / 2)];
    const radius = 1 + (c / 4 - 0.5) ** 2 + (d / 4 - 0.5) ** 2;
    return [
      radius * Math.cos(u) * Math.cos(v),
      radius * Math.cos(u) * Math.sin(v),
      radius * Math.sin(u),
    ];
  },
};

/** The true front, by trying everything. */
export function referenceFront({ space, evaluate }: Problem): Point[] {
  const points = Array.from({ length: genotypeCount(space) }, (_, index) =>
    evaluate(genotypeAt(space, index)),
  );
  return nondominatedIndices(points).map((index) => points[index]!);
}
