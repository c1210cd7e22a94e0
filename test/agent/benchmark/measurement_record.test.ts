import type { runBenchmark } from '../../../agent/benchmark/run_benchmark';
import { newestCpu } from '../runtimes/benchmark_model/texts';
import { benchmarkOn, printed, succeeding } from './scripted_benchmark';
import { calmState } from './scripted_device';

describe('caveats', () => {
  test.each([
    ['an overridden thermal status', { ...calmState, thermalStatusOverridden: true }, 'overridden'],
    ['battery readings that are frozen', { ...calmState, batteryFrozen: true }, 'frozen'],
    ['a phone without temperatures', { ...calmState, celsiusBySensor: {} }, 'no temperatures'],
    ['a thermal status that rose', { ...calmState, thermalStatus: 2 }, 'rose from 0 to 2'],
  ])('%s', async (_, after, caveat) => {
    const { run } = benchmarkOn({ tool: succeeding(3), readState: [calmState, after] });
    expect(await caveatsOf(run())).toEqual([expect.stringContaining(caveat) as string]);
  });

  test('sessions that differ by more than five percent', async () => {
    const slower = newestCpu.replace('median=12000', 'median=14000');
    const { run } = benchmarkOn({
      tool: [printed(newestCpu), printed(slower), printed(newestCpu)],
    });
    expect(await caveatsOf(run())).toEqual([
      expect.stringContaining('coefficient of variation 9.1 %') as string,
    ]);
  });

  test('fewer runs than the plan wanted', async () => {
    const { run } = benchmarkOn({
      tool: succeeding(3).map(() => printed(newestCpu.replace('count=50', 'count=20'))),
    });
    expect(await caveatsOf(run())).toEqual(['a session made 20 of 50 runs before its time limit']);
  });

  async function caveatsOf(
    running: ReturnType<typeof runBenchmark>,
  ): Promise<readonly string[] | undefined> {
    const outcome = await running;
    return outcome.kind === 'measured' ? outcome.measurement.conditions.caveats : undefined;
  }
});
