import { performance } from 'node:perf_hooks';
import { systemClock } from '../../platform/time/clock';
import { loadSpace } from '../../model/space/load_space';
import { startFarm, type FarmUnderTest } from './farm_under_test';
import { number, section } from './report';

const searchesInARow = 3;
const measurements = 30;
/** Workers have ended by then, see docs/benchmarks.md. */
const restMs = 120_000;
const sampledEveryMs = 250;
const space = 'mobilenetv2';

/** What searches leave in the coordinator's memory, and what their building takes beside it: one after the other on two targets. */
export async function benchMemory(): Promise<void> {
  const under = await startFarm({ phones: 2, timeScale: 0, latencyMs: 5 });
  const rows = [['at the start', ...memoryOf(under), null, null]];
  try {
    for (let count = 1; count <= searchesInARow; count += 1) {
      const { peak, firstS, seconds, built } = await runSearch(under, count);
      rows.push([`while search ${String(count)} ran, at most`, ...peak, firstS, built / seconds]);
      rows.push([`at the end of search ${String(count)}`, ...memoryOf(under), null, null]);
    }
    await systemClock.sleep(restMs);
    rows.push([`${String(restMs / 1000)} s later`, ...memoryOf(under), null, null]);
  } finally {
    await under.stop();
  }
  section(
    `Memory of the coordinator: searches of 2 × ${String(measurements)} measurements on ${space}`,
    ['WHEN', 'COORDINATOR MB', 'ITS WORKERS MB', 'FIRST MEASUREMENT S', 'MEASUREMENTS/S'],
    rows.map(([when, ...values]) => [
      String(when),
      ...values.map((value) => number(Number(value ?? NaN), 1)),
    ]),
  );
}

/** Of the coordinator, and of all processes that it has started, in MB. */
function memoryOf(under: FarmUnderTest): [number, number] {
  const residentOf = (isCounted: (name: string) => boolean): number =>
    under
      .processes()
      .filter(({ name }) => isCounted(name))
      .reduce((sum, { residentBytes }) => sum + residentBytes / 1e6, 0);
  return [
    residentOf((name) => name === 'coordinator'),
    residentOf((name) => name.startsWith('coordinator /')),
  ];
}

interface Ran {
  readonly peak: [number, number];
  readonly firstS: number;
  readonly seconds: number;
  readonly built: number;
}

async function runSearch(under: FarmUnderTest, count: number): Promise<Ran> {
  const startedMs = performance.now();
  const { searchId } = await under.farm.createSearch(specYaml(count), 'bench');
  let peak: [number, number] = [0, 0];
  let firstS = NaN;
  for (;;) {
    const now = memoryOf(under);
    peak = [Math.max(peak[0], now[0]), Math.max(peak[1], now[1])];
    const { state, targets, problem } = await under.farm.getSearch(searchId);
    const built = targets.reduce((sum, { measured, reused }) => sum + measured + reused, 0);
    const seconds = (performance.now() - startedMs) / 1000;
    if (Number.isNaN(firstS) && built > 0) firstS = seconds;
    if (state === 'finished') return { peak, firstS, seconds, built };
    if (problem !== null) throw new Error(`search ${searchId}: ${problem}`);
    await systemClock.sleep(sampledEveryMs);
  }
}

/** Each with weights of its own, so that none takes over another's measurements. */
function specYaml(seed: number): string {
  const targets = ['sm8550/onnxruntime/cpu/int8', 'sm8550/onnxruntime/npu/int8'];
  const spec = { name: 'memory', space, targets, budget: { measurements }, model: { seed } };
  const options = Object.fromEntries(
    loadSpace(space).positions.map(({ name, values }) => [
      name,
      Object.fromEntries(values.map((value, index) => [value, index / values.length])),
    ]),
  );
  return JSON.stringify({ ...spec, accuracy: { kind: 'additive', base: 60, options } });
}
