import {
  simulateRun,
  type SimulatedRun,
  type SimulationConditions,
} from '../../../search/simulate/run';
import { recordingOfChoices } from '../../../search/simulate/recording';
import { parseStrategy } from '../../../search/simulate/strategy_option';
import { inventedCsv, sampleCsv, tableOf } from './tables';

const recording = recordingOfChoices(tableOf(inventedCsv()));
const quiet: SimulationConditions = {
  budget: 30,
  noise: 0,
  devices: { kind: 'listed', speeds: [1] },
  proposalMs: 0,
  stopAtShare: Infinity,
};

function run(
  strategy: string,
  changes: Partial<SimulationConditions> = {},
  { seed = 1, target = 0 } = {},
): Omit<SimulatedRun, 'proposalMs'> & { readonly proposalMs?: number } {
  return simulateRun(
    recording,
    { strategy: parseStrategy(strategy).withSeed(seed), target },
    { ...quiet, ...changes },
    () => 0,
  );
}

describe.each(['random', 'nsga2:populationSize=8', 'nsga2-async:populationSize=8', 'surrogate'])(
  'a simulated run of %s',
  (strategy) => {
    it('is the same for the same seed, and another for another', () => {
      expect(run(strategy)).toEqual(run(strategy));
      expect(run(strategy).shares).not.toEqual(run(strategy, {}, { seed: 2 }).shares);
      expect(run(strategy).shares).not.toEqual(run(strategy, {}, { target: 1 }).shares);
    });

    it('finds more and more, and spends its budget', () => {
      const { shares, endsAtMs } = run(strategy);
      expect(shares).toHaveLength(30);
      expect(endsAtMs).toHaveLength(30);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.at(-1)).toBeGreaterThan(0.7);
    });

    it('is judged by what is true, whatever noise it saw', () => {
      const noisy = run(strategy, { noise: 0.3, budget: 64 });
      // All networks: whatever was seen of them, the front is there.
      expect(noisy.shares).toHaveLength(64);
      expect(noisy.shares.at(-1)).toBeCloseTo(1, 9);
    });
  },
);

describe('a sample of a space that is far too large', () => {
  const sample = recordingOfChoices(tableOf(sampleCsv(5_000)));
  const shareAfter = (strategy: string, seed: number, budget = 25): number =>
    simulateRun(
      sample,
      { strategy: parseStrategy(strategy).withSeed(seed), target: 0 },
      { ...quiet, budget },
      () => 0,
    ).shares.at(-1)!;

  it.each(['random', 'nsga2:populationSize=8', 'nsga2-async:populationSize=8', 'surrogate'])(
    'is searched among its rows by %s until the budget is spent',
    (strategy) => {
      const { shares } = simulateRun(
        sample,
        { strategy: parseStrategy(strategy).withSeed(1), target: 0 },
        { ...quiet, budget: 25 },
        () => 0,
      );
      expect(shares).toHaveLength(25);
    },
  );

  it('is searched far better by the surrogate than by chance, though it tells no costs', () => {
    for (const seed of [1, 2])
      expect(1 - shareAfter('surrogate', seed)).toBeLessThan((1 - shareAfter('random', seed)) / 2);
  });

  it('is searched to its end', () => {
    const few = recordingOfChoices(tableOf(sampleCsv(30)));
    for (const strategy of [
      'random',
      'nsga2:populationSize=8',
      'nsga2-async:populationSize=8',
      'surrogate',
    ]) {
      const { shares } = simulateRun(
        few,
        { strategy: parseStrategy(strategy).withSeed(1), target: 0 },
        { ...quiet, budget: 100 },
        () => 0,
      );
      expect(shares).toHaveLength(30);
      expect(shares.at(-1)).toBeCloseTo(1, 9);
    }
  });

  it('is searched when each row has values of its own in each column', () => {
    const rows = Array.from(
      { length: 2_000 },
      (_, row) =>
        `n${row},${(row * 7919) % 2_000},${(row * 104_729) % 2_003},${50 + ((row * 7919) % 2_000) / 100},${1 + ((row * 7919) % 2_000) / 500 + ((row * 104_729) % 2_003) / 1_000}`,
    );
    const numeric = recordingOfChoices(
      tableOf(['arch,x_0,x_1,accuracy,cpu_ms', ...rows].join('\n')),
    );
    expect(Math.max(...numeric.space.choices)).toBe(2_000);
    const { shares } = simulateRun(
      numeric,
      { strategy: parseStrategy('surrogate').withSeed(1), target: 0 },
      { ...quiet, budget: 40 },
      () => 0,
    );
    expect(shares.at(-1)).toBeGreaterThan(0.9);
  });
});

describe('a simulated run', () => {
  it('shows noise to the strategy', () => {
    expect(run('nsga2:populationSize=8', { noise: 0.3 }).shares).not.toEqual(
      run('nsga2:populationSize=8').shares,
    );
    expect(run('random', { noise: 0.3 })).toEqual(run('random'));
  });

  it('ends at the share that was asked for', () => {
    const { shares } = run('random', { stopAtShare: 0.8, budget: 64 });
    expect(shares.at(-1)).toBeGreaterThanOrEqual(0.8);
    expect(shares.at(-2)).toBeLessThan(0.8);
  });

  it('goes faster on more devices, and waits for generations', () => {
    const devices = { kind: 'lognormal', count: 8, spread: 0.4 } as const;
    const last = (one: { readonly endsAtMs: readonly number[] }): number => one.endsAtMs.at(-1)!;
    expect(last(run('nsga2-async:populationSize=8', { devices }))).toBeLessThan(
      last(run('nsga2-async:populationSize=8')) / 4,
    );
    expect(run('nsga2-async:populationSize=8', { devices }).utilization).toBeCloseTo(1, 12);
    expect(run('nsga2:populationSize=8', { devices }).utilization).toBeLessThan(0.9);
    expect(last(run('random', { proposalMs: 60_000 }))).toBeGreaterThan(30 * 60_000);
  });

  it('counts the time that a strategy takes', () => {
    let now = 0;
    const timed = simulateRun(
      recording,
      { strategy: parseStrategy('random').withSeed(1), target: 0 },
      quiet,
      () => (now += 5),
    );
    // Each reading is 5 ms after the last: one step for each question and each answer.
    expect(timed.proposalMs).toBe(10);
  });
});
