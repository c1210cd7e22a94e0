import { hypervolume } from '../../../search/front/hypervolume';
import { dtlz2, minimise, zdt1, zdt2, zdt3, zdt4, zdt6 } from './benchmark_problems';

/**
 * NSGA-II with a population of 100 on the problems of its literature: the hypervolume to the reference point of 1.1 in every objective,
 * median over seeds. FARM_EXHAUSTIVE=1 runs 25,000 evaluations of 11 seeds (half a minute); otherwise fewer, with bounds that those reach.
 */
const exhaustive = process.env['FARM_EXHAUSTIVE'] === '1';
const seeds = Array.from({ length: exhaustive ? 11 : 1 }, (_, index) => index + 1);
const run = { populationSize: 100, evaluations: exhaustive ? 25_000 : 10_000 };

describe('NSGA-II', () => {
  it.each([
    ['ZDT1', zdt1, 0.866, 0.82],
    ['ZDT2', zdt2, 0.532, 0.45],
    ['ZDT3', zdt3, 1.322, 1.25],
    ['ZDT4', zdt4, 0.86, 0],
    ['ZDT6', zdt6, 0.485, 0],
    ['DTLZ2', dtlz2, 0.695, 0.69],
  ] as const)(
    'reaches the hypervolume of %s',
    (name, problem, wanted, wantedEarly) => {
      const volumes = seeds
        .map((seed) => {
          const points = minimise(problem, seed, run);
          return hypervolume(
            points,
            points[0]!.map(() => 1.1),
          );
        })
        .sort((a, b) => a - b);
      const median = volumes[seeds.length >> 1]!;
      if (exhaustive) console.log(`${name}: median ${median.toFixed(4)} of ${seeds.length} seeds`);
      expect(median).toBeGreaterThanOrEqual(exhaustive ? wanted : wantedEarly);
    },
    exhaustive ? 300_000 : 20_000,
  );
});
