import { simulateRun, type SimulatedRun, type SimulationConditions } from '../../../../coordinator/search/simulate/run';
import { recordingOfChoices } from '../../../../coordinator/search/simulate/recording';
import { parseStrategy } from '../../../../coordinator/search/simulate/strategy_option';
import { inventedCsv, tableOf } from './tables';

const recording = recordingOfChoices(tableOf(inventedCsv()));
const quiet: SimulationConditions = { budget: 30, noise: 0, devices: { kind: 'listed', speeds: [1] }, proposalMs: 0, stopAtShare: Infinity };

function run(strategy: string, changes: Partial<SimulationConditions> = {}, { seed = 1, target = 0 } = {}): Omit<SimulatedRun, 'proposalMs'> & { readonly proposalMs?: number } {
  return simulateRun(recording, { strategy: parseStrategy(strategy).withSeed(seed), target }, { ...quiet, ...changes }, () => 0);
}

describe.each(['random', 'nsga2:populationSize=8', 'nsga2-async:populationSize=8', 'surrogate'])('a simulated run of %s', (strategy) => {
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
});

describe('a simulated run', () => {
  it('shows noise to the strategy', () => {
    expect(run('nsga2:populationSize=8', { noise: 0.3 }).shares).not.toEqual(run('nsga2:populationSize=8').shares);
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
    expect(last(run('nsga2-async:populationSize=8', { devices }))).toBeLessThan(last(run('nsga2-async:populationSize=8')) / 4);
    expect(run('nsga2-async:populationSize=8', { devices }).utilization).toBeCloseTo(1, 12);
    expect(run('nsga2:populationSize=8', { devices }).utilization).toBeLessThan(0.9);
    expect(last(run('random', { proposalMs: 60_000 }))).toBeGreaterThan(30 * 60_000);
  });

  it('counts the time that a strategy takes', () => {
    let now = 0;
    const timed = simulateRun(recording, { strategy: parseStrategy('random').withSeed(1), target: 0 }, quiet, () => (now += 5));
    // Each reading is 5 ms after the last: one step for each question and each answer.
    expect(timed.proposalMs).toBe(10);
  });
});
