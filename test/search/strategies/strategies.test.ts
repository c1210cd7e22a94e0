import { loadSpace } from '../../../model/space/load_space';
import { parseCell } from '../../../model/nasbench201/cell';
import { filterSpace } from '../../../model/space/filtered_space';
import { genotypeAt, genotypeCount } from '../../../model/space/genotype';
import type { Space } from '../../../model/space/space';
import fc from 'fast-check';
import { loadCellAccuracies } from '../../../model/nasbench201/accuracy';
import { liveEdges } from '../../../model/nasbench201/topology';
import { hypervolume } from '../../../search/front/hypervolume';
import { Nsga2 } from '../../../search/nsga2/nsga2';
import { AsyncNsga2 } from '../../../search/nsga2/nsga2_async';
import { nondominatedIndices } from '../../../search/front/nondominated_sort';
import type { Point } from '../../../search/front/point';
import { createRandomStrategy } from '../../../search/strategies/random_strategy';
import type { Ask, Evaluation, Strategy } from '../../../search/strategy/strategy';
import { replay, runFleet } from '../fleet_simulation';
import { concave, convex, gapped, referenceFront, sphere, type Problem } from './known_problems';

const cells = loadSpace('nasbench201');
const table = loadCellAccuracies();

const kinds: readonly (readonly [string, (space: Space, seed: number) => Strategy])[] = [
  ['random search', createRandomStrategy],
  ['asynchronous NSGA-II', (space, seed) => new AsyncNsga2(space, { seed, populationSize: 8 })],
  ['NSGA-II', (space, seed) => new Nsga2(space, { seed, populationSize: 8 })],
];

const mobile = { devices: 8, spread: 0.8, seed: 1 };

const costs = { skip_connect: 0.02, nor_conv_1x1: 0.35, nor_conv_3x3: 1, avg_pool_3x3: 0.25 };
const known = new Map<string, Point>();

/** Error from the table against an analytic latency: a cost for each operation that the deployed network runs. */
const cellProblem: Problem = {
  space: cells,
  evaluate: (genotype) => {
    const key = genotype.join('');
    const cell = parseCell(key);
    const point = known.get(key) ?? [
      0.5 + liveEdges(cell).reduce((sum, edge) => sum + costs[edge.operation], 0),
      100 - table.accuracyPercent(cell),
    ];
    known.set(key, point);
    return point;
  },
};

function architectureOf(answer: Ask): string {
  if (answer === 'later' || answer === 'exhausted')
    throw new Error(`expected a proposal, got ${answer}`);
  return answer.architecture;
}

function evaluator(
  { space, evaluate }: Problem,
  limit = Infinity,
): (architecture: string) => Evaluation {
  return (architecture) => {
    const objectives = evaluate(space.genotypeOf(architecture));
    return { kind: 'measured', objectives, violation: Math.max(0, objectives[0]! / limit - 1) };
  };
}

/** Of the hypervolume of the true front, in the box of the front with a tenth of margin. */
function share(found: readonly Point[], truth: readonly Point[]): number {
  const axes = truth[0]!.map((_, axis) => axis);
  const [low, high] = [Math.min, Math.max].map((pick) =>
    axes.map((axis) => pick(...truth.map((point) => point[axis]!))),
  );
  const normalised = (points: readonly Point[]): Point[] =>
    points.map((point) =>
      point.map((value, axis) => (value - low![axis]!) / (high![axis]! - low![axis]!)),
    );
  const reference = axes.map(() => 1.1);
  return hypervolume(normalised(found), reference) / hypervolume(normalised(truth), reference);
}

function pointsOf(ended: readonly { readonly evaluation: Evaluation }[]): Point[] {
  return ended.flatMap(({ evaluation }) =>
    evaluation.kind === 'measured' && evaluation.violation === 0 ? [evaluation.objectives] : [],
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const seeds = [1, 2, 3, 4, 5];

describe.each(kinds)('%s', (name, create) => {
  it('proposes no architecture twice, up to isomorphism', () => {
    const run = runFleet(
      create(cells, 1),
      evaluator(cellProblem),
      { devices: 32, spread: 1, seed: 2 },
      600,
    );
    expect(new Set(run.proposals).size).toBe(run.proposals.length);
    for (const architecture of run.proposals)
      expect(cells.architectureOf(cells.genotypeOf(architecture))).toBe(architecture);
    expect(run.idleMoments > 0).toBe(name === 'NSGA-II');
  });

  it('proposes a small space whole, and then no more', () => {
    const space = filterSpace(convex.space, (architecture) => architecture.startsWith('1'));
    const run = runFleet(create(space, 1), evaluator({ ...convex, space }), mobile, Infinity);
    const all = Array.from({ length: genotypeCount(space) }, (_unused, index) =>
      space.architectureOf(genotypeAt(space, index)),
    ).filter((name) => name !== undefined);
    expect([...run.proposals].sort()).toEqual(all.sort());
  });

  it('proposes the same for the same seed and the same results, and something else for another seed', () => {
    const proposals = (seed: number): readonly string[] =>
      runFleet(create(cells, seed), evaluator(cellProblem), mobile, 60).proposals;
    expect(proposals(1)).toEqual(proposals(1));
    expect(proposals(1)).not.toEqual(proposals(2));
  });

  it('goes on identically when rebuilt from its history, wherever that is cut', () => {
    const whole = runFleet(create(cells, 5), evaluator(cellProblem), mobile, 80);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80 }), (cut) => {
        const known = whole.proposedAfter.filter((count) => count <= cut).length;
        const strategy = replay(create(cells, 5), {
          proposals: whole.proposals.slice(0, known),
          ended: whole.ended.slice(0, cut),
        });
        const rest = whole.ended.slice(cut).flatMap(({ architecture, evaluation }, index) => {
          strategy.tell(architecture, evaluation);
          const count = whole.proposedAfter.filter((after) => after === cut + index + 1).length;
          return Array.from({ length: count }, () => architectureOf(strategy.ask()));
        });
        expect(rest).toEqual(whole.proposals.slice(known));
      }),
      { numRuns: 25 },
    );
  });

  it('takes infeasible and withdrawn candidates in its stride', () => {
    const strategy = create(cells, 1);
    const asked = new Set<string>();
    for (let round = 0; round < 120; round += 1) {
      const architecture = architectureOf(strategy.ask());
      expect(asked.has(architecture)).toBe(false);
      asked.add(architecture);
      if (round % 3 === 0) strategy.withdraw(architecture);
      else strategy.tell(architecture, { kind: 'infeasible', violation: Infinity });
    }
  });

  it('refuses a tell of what it did not propose', () => {
    expect(() =>
      create(convex.space, 1).tell('1.2.3.4', { kind: 'infeasible', violation: Infinity }),
    ).toThrow('was proposed');
  });
});

describe('asynchronous NSGA-II', () => {
  const found = (problem: Problem, make: (seed: number) => Strategy, count: number): number => {
    const truth = referenceFront(problem);
    return median(
      seeds.map((seed) =>
        share(pointsOf(runFleet(make(seed), evaluator(problem), mobile, count).ended), truth),
      ),
    );
  };

  it.each([
    ['convex', convex, 600],
    ['concave', concave, 600],
    ['gapped', gapped, 600],
    ['sphere', sphere, 500],
  ] as const)('finds the true %s front, and sooner than random search', (_, problem, count) => {
    const guided = found(
      problem,
      (seed) => new AsyncNsga2(problem.space, { seed, populationSize: 20 }),
      count,
    );
    expect(guided).toBeGreaterThan(0.97);
    expect(guided).toBeGreaterThan(
      found(problem, (seed) => createRandomStrategy(problem.space, seed), count),
    );
  });

  it('finds the front of NAS-Bench-201 cells, and sooner than random search', () => {
    const truth = referenceFront({
      ...cellProblem,
      evaluate: (genotype) =>
        cells.architectureOf(genotype) === undefined
          ? [Infinity, Infinity]
          : cellProblem.evaluate(genotype),
    });
    const after = (make: (seed: number) => Strategy, count: number): number =>
      median(
        seeds.map((seed) =>
          share(pointsOf(runFleet(make(seed), evaluator(cellProblem), mobile, count).ended), truth),
        ),
      );
    const guided = after((seed) => new AsyncNsga2(cells, { seed, populationSize: 20 }), 250);
    expect(guided).toBeGreaterThan(0.95);
    expect(guided).toBeGreaterThan(after((seed) => createRandomStrategy(cells, seed), 250));
  });

  it('moves to where the constraint holds when hardly anything does', () => {
    // A tenth of the cells is that fast.
    const limit = 1;
    const feasible = (make: (seed: number) => Strategy): number =>
      median(
        seeds.map(
          (seed) =>
            pointsOf(runFleet(make(seed), evaluator(cellProblem, limit), mobile, 120).ended).length,
        ),
      );
    expect(feasible((seed) => new AsyncNsga2(cells, { seed, populationSize: 20 }))).toBeGreaterThan(
      1.5 * feasible((seed) => createRandomStrategy(cells, seed)),
    );
  });

  it('learns from what cannot run: its neighbours are proposed less', () => {
    // Average pooling on the first edge cannot run there.
    const isRefused = (architecture: string): boolean =>
      parseCell(architecture)[0] === 'avg_pool_3x3';
    const evaluate = (architecture: string): Evaluation =>
      isRefused(architecture)
        ? { kind: 'infeasible', violation: Infinity }
        : evaluator(cellProblem)(architecture);
    const refused = (make: (seed: number) => Strategy): number =>
      median(
        seeds.map(
          (seed) => runFleet(make(seed), evaluate, mobile, 150).proposals.filter(isRefused).length,
        ),
      );
    expect(refused((seed) => new AsyncNsga2(cells, { seed, populationSize: 20 }))).toBeLessThan(
      0.7 * refused((seed) => createRandomStrategy(cells, seed)),
    );
  });

  it('draws its first cohort by chance whatever has arrived, so that the quick do not become the parents of all', () => {
    const proposals = (isTold: boolean): string[] => {
      const strategy = new AsyncNsga2(cells, { seed: 1, populationSize: 20 });
      return Array.from({ length: 20 }, () => {
        const architecture = architectureOf(strategy.ask());
        if (isTold) strategy.tell(architecture, evaluator(cellProblem)(architecture));
        return architecture;
      });
    };
    expect(proposals(true)).toEqual(proposals(false));
  });
});

describe('the nondominated set of a run', () => {
  it('is what the reference says when everything was measured', () => {
    const run = runFleet(
      createRandomStrategy(sphere.space, 1),
      evaluator(sphere),
      mobile,
      Infinity,
    );
    const points = pointsOf(run.ended);
    expect(
      share(
        nondominatedIndices(points).map((index) => points[index]!),
        referenceFront(sphere),
      ),
    ).toBeCloseTo(1, 12);
  });
});
