import { loadSpace } from '../../../model/space/load_space';
import { parseCell } from '../../../model/nasbench201/cell';
import { filterSpace } from '../../../model/space/filtered_space';
import { drawChoices } from '../../../model/space/genotype';
import type { Space } from '../../../model/space/space';
import { cellIndex } from '../../../model/nasbench201/cell';
import { loadCellAccuracies } from '../../../model/nasbench201/accuracy';
import { liveEdges } from '../../../model/nasbench201/topology';
import type { Evaluation, Strategy } from '../../../search/strategy/strategy';
import { Surrogate } from '../../../search/surrogate/surrogate';
import { replay, runFleet } from '../fleet_simulation';
import { convex } from '../strategies/known_problems';

/** A twelfth of the cells, so that a search takes a second. */
const cells = filterSpace(
  loadSpace('nasbench201'),
  (architecture) => cellIndex(parseCell(architecture)) % 12 === 0,
);
const table = loadCellAccuracies();
/** Milliseconds of what a deployed cell runs, and a start. */
const costs = { skip_connect: 0.05, nor_conv_1x1: 0.35, nor_conv_3x3: 1, avg_pool_3x3: 0.25 };
const errorPercentOf = (architecture: string): number =>
  100 - table.accuracyPercent(parseCell(architecture));
const latencyMsOf = (architecture: string): number =>
  liveEdges(parseCell(architecture)).reduce((sum, edge) => sum + costs[edge.operation], 0.5);
const measure = (architecture: string): Evaluation => ({
  kind: 'measured',
  objectives: [latencyMsOf(architecture), errorPercentOf(architecture)],
  violation: 0,
});
const create = (seed: number, space: Space = cells): Strategy =>
  new Surrogate(space, { seed, errorPercentOf, latencyMsMax: undefined });
const fleet = { devices: 5, spread: 0.8, seed: 1 };

describe('the surrogate', () => {
  it('finds most of the front of NAS-Bench-201 cells in thirty measurements', () => {
    const all = new Set(
      Array.from({ length: 15_625 }, (_, index) =>
        cells.architectureOf(index.toString(5).padStart(6, '0').split('').map(Number)),
      ).filter((name) => name !== undefined),
    );
    const fastestWithin = (errorPercent: number, names: Iterable<string>): number =>
      Math.min(
        ...[...names].filter((name) => errorPercentOf(name) <= errorPercent).map(latencyMsOf),
      );
    const found = runFleet(create(1), measure, fleet, 30).ended.map(
      ({ architecture }) => architecture,
    );
    for (const errorPercent of [12, 15, 20, 30])
      expect(fastestWithin(errorPercent, found)).toBeLessThanOrEqual(
        1.3 * fastestWithin(errorPercent, all),
      );
  });

  it('proposes nothing twice and keeps every device busy', () => {
    const run = runFleet(create(1), measure, fleet, 30);
    expect(new Set(run.proposals).size).toBe(run.proposals.length);
    expect(run.idleMoments).toBe(0);
  });

  it('goes on identically when rebuilt from its history', () => {
    const whole = runFleet(create(5), measure, fleet, 24);
    expect(runFleet(create(6), measure, fleet, 24).proposals).not.toEqual(whole.proposals);
    for (const cut of [3, 12, 20]) {
      const strategy = replay(create(5), {
        proposals: whole.proposals.slice(0, fleet.devices + cut),
        ended: whole.ended.slice(0, cut),
      });
      const rest = whole.ended.slice(cut).map(({ architecture, evaluation }) => {
        strategy.tell(architecture, evaluation);
        return strategy.ask();
      });
      expect(rest).toEqual(
        whole.proposals
          .slice(fleet.devices + cut)
          .map((architecture, index) => ({ sequence: fleet.devices + cut + index, architecture })),
      );
    }
  });

  it('proposes a small space whole, and then no more', () => {
    const space = filterSpace(convex.space, (architecture) => architecture.startsWith('1.0'));
    const values = (architecture: string): readonly number[] =>
      convex.evaluate(space.genotypeOf(architecture));
    const strategy = new Surrogate(space, {
      seed: 1,
      errorPercentOf: (architecture) => values(architecture)[1]!,
      latencyMsMax: undefined,
    });
    const run = runFleet(
      strategy,
      (architecture) => ({
        kind: 'measured',
        objectives: [1 + values(architecture)[0]!, values(architecture)[1]!],
        violation: 0,
      }),
      fleet,
      Infinity,
    );
    expect(new Set(run.proposals).size).toBe(36);
    expect(strategy.ask()).toBe('exhausted');
  });

  it('searches a space that is far too large to list', () => {
    const positions = 20;
    const space: Space = {
      name: 'large',
      choices: new Array<number>(positions).fill(6),
      architectureOf: (genotype) => genotype.join(''),
      genotypeOf: (architecture) => Array.from(architecture, Number),
      featuresOf: (architecture) =>
        Float64Array.of(Array.from(architecture, Number).reduce((sum, choice) => sum + choice, 0)),
      draw: (random) => drawChoices(space.choices, random),
    };
    // Each position's choices help accuracy as much as they cost, but those of the first half cost twice as much.
    const total = (architecture: string, weight: (position: number) => number): number =>
      Array.from(architecture, Number).reduce(
        (sum, choice, position) => sum + weight(position) * choice,
        0,
      );
    const error = (architecture: string): number => 100 - total(architecture, () => 0.5);
    const latency = (architecture: string): number =>
      5 + total(architecture, (position) => (position < positions / 2 ? 0.2 : 0.1));
    const strategy = new Surrogate(space, {
      seed: 1,
      errorPercentOf: error,
      latencyMsMax: undefined,
    });
    const run = runFleet(
      strategy,
      (architecture) => ({
        kind: 'measured',
        objectives: [latency(architecture), error(architecture)],
        violation: 0,
      }),
      fleet,
      25,
    );
    const middling = run.proposals
      .slice(15)
      .filter((architecture) => error(architecture) > 65 && error(architecture) < 90);
    const half = (architecture: string, from: number): number =>
      total(architecture, (position) => (Math.floor((2 * position) / positions) === from ? 1 : 0));
    expect(middling.length).toBeGreaterThan(0);
    // The cheap half is filled first.
    const filled = (from: number): number =>
      middling.reduce((sum, architecture) => sum + half(architecture, from), 0);
    expect(filled(1)).toBeGreaterThan(1.2 * filled(0));
  });

  it('keeps to what the limit on latency leaves', () => {
    const strategy = new Surrogate(cells, { seed: 1, errorPercentOf, latencyMsMax: 1.5 });
    const run = runFleet(
      strategy,
      (architecture) => ({
        ...measure(architecture),
        violation: Math.max(0, latencyMsOf(architecture) / 1.5 - 1),
      }),
      fleet,
      30,
    );
    const beyond = (proposals: readonly string[]): number =>
      proposals.filter((architecture) => latencyMsOf(architecture) > 1.5).length;
    expect(beyond(run.proposals.slice(12, 20))).toBeLessThan(4);
  });

  it('takes infeasible and withdrawn candidates in its stride', () => {
    const strategy = create(1);
    for (let round = 0; round < 15; round += 1) {
      const answer = strategy.ask();
      if (typeof answer === 'string') throw new Error(answer);
      if (round % 3 === 0) strategy.withdraw(answer.architecture);
      else
        strategy.tell(
          answer.architecture,
          round % 3 === 1
            ? { kind: 'infeasible', violation: Infinity }
            : measure(answer.architecture),
        );
    }
    expect(() => strategy.tell('0.0', { kind: 'infeasible', violation: Infinity })).toThrow(
      'was proposed',
    );
  });
});
