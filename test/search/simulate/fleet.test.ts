import { drawChoices } from '../../../model/space/genotype';
import type { Random } from '../../../common/random';
import { createRandomStrategy } from '../../../search/strategies/random_strategy';
import { measurementMs, SimulatedFleet, type FleetOptions } from '../../../search/simulate/fleet';
import type { Ask, Strategy } from '../../../search/strategy/strategy';

/** Proposes 0, 1, 2 …; says `later` when `largestPending` wait. */
function counting(
  largestPending = Infinity,
  most = Infinity,
): Strategy & { readonly log: string[] } {
  const log: string[] = [];
  let [next, pending] = [0, 0];
  return {
    log,
    duplicates: 0,
    ask: (): Ask => {
      if (next >= most) return 'exhausted';
      if (pending >= largestPending) return 'later';
      pending += 1;
      next += 1;
      log.push(`ask ${String(next - 1)}`);
      return { sequence: next - 1, architecture: String(next - 1) };
    },
    adopt: () => undefined,
    tell: (architecture) => {
      pending = pending === 1 ? 0 : pending - 1;
      log.push(`tell ${architecture}`);
    },
    withdraw: () => undefined,
  };
}

function run(
  strategy: Strategy,
  options: Partial<FleetOptions>,
): { readonly fleet: SimulatedFleet; readonly ended: readonly (readonly [string, number])[] } {
  const fleet = new SimulatedFleet(strategy, {
    speeds: [1],
    budget: 4,
    proposalMs: 0,
    durationMs: () => 10,
    evaluate: () => ({ kind: 'measured', objectives: [1, 1], violation: 0 }),
    ...options,
  });
  const ended: (readonly [string, number])[] = [];
  for (let each = fleet.next(); each !== undefined; each = fleet.next())
    ended.push([each.architecture, each.endsAtMs]);
  return { fleet, ended };
}

describe('a simulated fleet', () => {
  it('measures one after the other on one device', () => {
    const { fleet, ended } = run(counting(), {});
    expect(ended).toEqual([
      ['0', 10],
      ['1', 20],
      ['2', 30],
      ['3', 40],
    ]);
    expect(fleet.utilization).toBe(1);
  });

  it('gives each device the next proposal when it is free, and is slow where the device is', () => {
    const { ended } = run(counting(), { speeds: [1, 0.5], budget: 5 });
    // At 20 ms the slow device is asked for first, since it began first; its 3 ends at 40.
    expect(ended).toEqual([
      ['0', 10],
      ['1', 20],
      ['2', 20],
      ['4', 30],
      ['3', 40],
    ]);
  });

  it('tells all that ends at one moment before it asks', () => {
    const strategy = counting();
    run(strategy, { speeds: [1, 1], budget: 4 });
    expect(strategy.log).toEqual([
      'ask 0',
      'ask 1',
      'tell 0',
      'tell 1',
      'ask 2',
      'ask 3',
      'tell 2',
      'tell 3',
    ]);
  });

  it('takes as long as the architecture asks for', () => {
    expect(
      run(counting(), { durationMs: (architecture) => 10 * (1 + Number(architecture)) }).ended,
    ).toEqual([
      ['0', 10],
      ['1', 30],
      ['2', 60],
      ['3', 100],
    ]);
  });

  it('leaves devices idle while the strategy waits, and counts that', () => {
    // Of two devices one is used at a time; from 30 ms on the budget is handed out.
    const { fleet, ended } = run(counting(1), { speeds: [1, 1] });
    expect(ended.map(([, endsAtMs]) => endsAtMs)).toEqual([10, 20, 30, 40]);
    expect(fleet.utilization).toBe(0.5);
  });

  it('serves proposals one after the other when they take time', () => {
    const { fleet, ended } = run(counting(), { speeds: [1, 1], budget: 4, proposalMs: 4 });
    // Asked at 0 and 4, begun at 4 and 8, ended at 14 and 18; asked then, begun at 18 and 22.
    expect(ended).toEqual([
      ['0', 14],
      ['1', 18],
      ['2', 28],
      ['3', 32],
    ]);
    // Until 22 ms: 10 + 4 of the first device, 10 of the second.
    expect(fleet.utilization).toBeCloseTo(24 / 44, 12);
  });

  it('ends when the strategy has no more', () => {
    expect(run(counting(Infinity, 2), {}).ended).toEqual([
      ['0', 10],
      ['1', 20],
    ]);
    expect(run(counting(Infinity, 0), {}).ended).toEqual([]);
  });

  it('measures what it proposed, all of it and once, at whatever speeds', () => {
    const space = {
      name: 'numbers',
      choices: [40],
      architectureOf: ([choice = 0]: readonly number[]) => String(choice),
      genotypeOf: (name: string) => [Number(name)],
      featuresOf: () => new Float64Array(),
      draw: (random: Random) => drawChoices([40], random),
    };
    const { fleet, ended } = run(createRandomStrategy(space, 1), {
      speeds: [1, 0.3, 2, 0.7],
      budget: 100,
      proposalMs: 1,
      durationMs: (architecture) => 5 + Number(architecture),
    });
    expect(new Set(ended.map(([architecture]) => architecture)).size).toBe(40);
    expect(ended).toHaveLength(40);
    expect(ended.map(([, endsAtMs]) => endsAtMs)).toEqual(
      [...ended.map(([, endsAtMs]) => endsAtMs)].sort((a, b) => a - b),
    );
    expect(fleet.utilization).toBeLessThan(1);
  });

  it('takes three sessions of 55 runs and a second each for a measurement', () => {
    expect(measurementMs(10)).toBe(3 * (1_000 + 55 * 10));
  });
});
