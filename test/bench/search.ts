import { loadSpace } from '../../model/space/load_space';
import type { Space } from '../../model/space/space';
import { createRandom, type Random } from '../../common/random';
import { breed, rankAll, survivors } from '../../search/nsga2/generation';
import { GrowingArea } from '../../search/front/hypervolume';
import { frontNumbers } from '../../search/front/nondominated_sort';
import { Surrogate } from '../../search/surrogate/surrogate';
import { choiceVariation } from '../../search/nsga2/variation';

const rounds = 15;
const points = 10_000;

/** What the search itself costs, apart from evaluations: medians of several rounds after as many to warm up. */
export function benchSearch(): Promise<void> {
  const random = createRandom('bench search');
  report('non-dominated sort, 10,000 points, 2 objectives', sortTime(cloud(random, 2)), 4);
  report('non-dominated sort, 10,000 points, 3 objectives', sortTime(cloud(random, 3)), 45);
  report('growing hypervolume, one result after 10,000', growingTime(random), 1);
  report('one NSGA-II generation of 100 besides evaluation', generationTime(random), 1);
  for (const measured of [100, 300, 1_000])
    report(
      `surrogate, a proposal of 10 with ${String(measured)} measurements`,
      proposalTime(measured),
      measured === 300 ? 300 : undefined,
    );
  return Promise.resolve();
}

/** From the last result to ten proposals, on NAS-Bench-201 cells and an invented latency; the median of three. */
function proposalTime(measured: number): number {
  const space = loadSpace('nasbench201');
  const random = createRandom('bench surrogate');
  const errors = new Map<string, number>();
  const errorPercentOf = (architecture: string): number => {
    const known = errors.get(architecture) ?? 30 * random.next();
    errors.set(architecture, known);
    return known;
  };
  const strategy = new Surrogate(space, { seed: 1, errorPercentOf, latencyMsMax: undefined });
  let sequence = 0;
  const measure = (architecture: string): void =>
    strategy.tell(architecture, {
      kind: 'measured',
      violation: 0,
      objectives: [latencyOf(space, architecture, random), errorPercentOf(architecture)],
    });
  for (const architecture of someArchitectures(space, measured, random)) {
    strategy.adopt({ sequence, architecture });
    sequence += 1;
    measure(architecture);
  }
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    const asked = Array.from({ length: 10 }, () => strategy.ask());
    const elapsed = performance.now() - start;
    for (const answer of asked) if (typeof answer === 'object') measure(answer.architecture);
    return elapsed;
  });
  return times.sort((a, b) => a - b)[1] ?? Number.NaN;
}

function latencyOf(space: Space, architecture: string, random: Random): number {
  return (
    (1 + space.featuresOf(architecture).reduce((sum, value) => sum + value, 0)) *
    Math.exp(0.1 * random.normal())
  );
}

function someArchitectures(space: Space, count: number, random: Random): Set<string> {
  const names = new Set<string>();
  while (names.size < count) {
    const name = space.architectureOf(space.choices.map((choices) => random.below(choices)));
    if (name !== undefined) names.add(name);
  }
  return names;
}

function cloud(random: Random, objectives: number): number[][] {
  return Array.from({ length: points }, () =>
    Array.from({ length: objectives }, () => random.next()),
  );
}

function sortTime(given: readonly (readonly number[])[]): number {
  return medianMs(() => void frontNumbers(given));
}

/** The worst case: every point is on the front. */
function growingTime(random: Random): number {
  const area = new GrowingArea([1, 1]);
  const insert = (): void => {
    const x = random.next();
    area.insert(x, 1 - x);
  };
  for (let count = 0; count < points; count += 1) insert();
  return medianMs(insert);
}

function generationTime(random: Random): number {
  const variation = choiceVariation(Array.from({ length: 20 }, () => 6));
  const individual = (genome: readonly number[]) => ({
    genome,
    objectives: [random.next(), random.next()],
    violation: 0,
  });
  let parents = rankAll(Array.from({ length: 100 }, () => individual(variation.draw(random))));
  return medianMs(() => {
    parents = survivors(
      [
        ...parents.map((ranked) => ranked.individual),
        ...breed(parents, 100, variation, random).map(individual),
      ],
      100,
    );
  });
}

function medianMs(action: () => void): number {
  for (let round = 0; round < rounds; round += 1) action();
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
}

function report(what: string, ms: number, goalMs: number | undefined): void {
  process.stdout.write(
    `${what}: ${ms.toFixed(3)} ms${goalMs === undefined ? '' : ` (goal ${String(goalMs)} ms)`}\n`,
  );
}
