import type { ToolRun } from '../system/phone_system';
import type { InspectedModel, Machine, RunPlacement, LatencyPrediction } from '../machine/machine';
import { cppNumber, mean, quantile, standardDeviation } from './statistics';

/** What both benchmark_models know of how often and how long to run. */
export interface RunOptions {
  readonly graph: string;
  readonly placement: RunPlacement;
  readonly fullDelegation: boolean;
  readonly runs: number;
  readonly smallestS: number;
  readonly largestS: number;
  readonly warmupRuns: number;
  readonly warmupSmallestS: number;
  readonly reportMemory: boolean;
}

const mostRuns = 1_000_000;

export type Flags = ReadonlyMap<string, string>;

/** `--name=value` by name; `--name` alone is true. */
export function readFlags(words: readonly string[]): Flags {
  return new Map(
    words.flatMap((word): [string, string][] => {
      const match = /^--([a-z_-]+)(?:=([\s\S]*))?$/.exec(word);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? 'true']];
    }),
  );
}

export function isOn(flags: Flags, name: string): boolean {
  return flags.get(name) === 'true' || flags.get(name) === '1';
}

/** Undefined without a model's name. */
export function readRunOptions(
  flags: Flags,
  { unit, quantizedOnly }: Pick<RunPlacement, 'unit' | 'quantizedOnly'>,
): RunOptions | undefined {
  const number = (name: string, fallback: number): number => {
    const value = Number(flags.get(name) ?? fallback);
    return Number.isFinite(value) && value >= 0 ? value : fallback;
  };
  const graph = flags.get('graph');
  if (graph === undefined || graph === '') return undefined;
  return {
    graph,
    placement: {
      runtime: 'tflite',
      unit,
      threads: Math.max(1, number('num_threads', 1)),
      quantizedOnly,
    },
    fullDelegation: isOn(flags, 'require_full_delegation'),
    runs: Math.min(mostRuns, Math.max(1, number('num_runs', 50))),
    smallestS: number('min_secs', 1),
    largestS: number('max_secs', 150),
    warmupRuns: Math.min(mostRuns, number('warmup_runs', 1)),
    warmupSmallestS: number('warmup_min_secs', 0.5),
    reportMemory: isOn(flags, 'report_peak_memory_footprint'),
  };
}

/** Its lines before the model is loaded. */
export function header(options: RunOptions): string {
  return [
    'INFO: STARTING! (virtual)',
    'INFO: Log parameter values verbosely: [0]',
    `INFO: Min num runs: [${options.runs}]`,
    `INFO: Num threads: [${options.placement.threads}]`,
    `INFO: Min warmup runs: [${options.warmupRuns}]`,
    `INFO: Graph: [${options.graph}]`,
    '',
  ].join('\n');
}

export interface LoadedModel {
  readonly model: InspectedModel;
  readonly prediction: LatencyPrediction;
}

export interface Timed {
  readonly initMs: number;
  readonly warmUp: readonly number[];
  readonly measured: readonly number[];
  /** Of memory. */
  readonly megabytes: number;
}

/** Runs, and prints what both tools print of it; undefined when it was killed meanwhile. */
export async function timeRuns(
  run: ToolRun,
  machine: Machine,
  options: RunOptions,
  loaded: LoadedModel,
): Promise<Timed | undefined> {
  const { model, prediction } = loaded;
  const initMs =
    15 +
    model.sizeBytes / 250_000 +
    (options.placement.unit === 'cpu' ? 0 : 4 * prediction.operators);
  const runs = machine.timeRuns(prediction, options.placement);
  const warmUp = takeRuns(runs, {
    count: options.warmupRuns,
    smallestMs: options.warmupSmallestS * 1000,
    largestMs: options.largestS * 1000,
  });
  const measured = takeRuns(runs, {
    count: options.runs,
    smallestMs: options.smallestS * 1000,
    largestMs: options.largestS * 1000,
  });
  await machine.wait(initMs + total(warmUp) + total(measured), run.killed);
  if (run.killed.aborted) return undefined;
  const bound = (count: number, smallestS: number): string =>
    `INFO: Running benchmark for at least ${count} iterations and at least ${smallestS} seconds but terminate if exceeding ${options.largestS} seconds.`;
  const lines = [
    `INFO: The input model file size (MB): ${cppNumber(model.sizeBytes / 1e6)}`,
    `INFO: Initialized session in ${cppNumber(initMs)}ms.`,
    bound(options.warmupRuns, options.warmupSmallestS),
    `INFO: ${statisticsOf(warmUp)}`,
    '',
    bound(options.runs, options.smallestS),
    `INFO: ${statisticsOf(measured)}`,
    '',
  ];
  run.print(`${lines.join('\n')}\n`);
  return {
    initMs,
    warmUp,
    measured,
    megabytes: 12 + (model.sizeBytes + model.cost.peakActivationBytes) / 1048576,
  };
}

function takeRuns(
  runs: Iterator<number, never>,
  bounds: { readonly count: number; readonly smallestMs: number; readonly largestMs: number },
): readonly number[] {
  const samplesMs: number[] = [];
  let sumMs = 0;
  while (
    (samplesMs.length < bounds.count || sumMs < bounds.smallestMs) &&
    sumMs < bounds.largestMs &&
    samplesMs.length < mostRuns
  ) {
    const sampleMs = runs.next().value;
    samplesMs.push(sampleMs);
    sumMs += sampleMs;
  }
  return samplesMs;
}

function total(samplesMs: readonly number[]): number {
  return samplesMs.reduce((sum, sampleMs) => sum + sampleMs, 0);
}

/** As TensorFlow's statistics print themselves: short when there is no run, one, or none that differs. */
function statisticsOf(samplesMs: readonly number[]): string {
  const us = samplesMs.map((sampleMs) => Math.round(sampleMs * 1000));
  const [first] = us;
  if (first === undefined) return 'count=0';
  const quantiles = `p5=${quantile(us, 0.05)} median=${quantile(us, 0.5)} p95=${quantile(us, 0.95)}`;
  if (us.every((each) => each === first))
    return `count=${us.length} curr=${first}${us.length > 1 ? '(all same)' : ''} ${quantiles}`;
  const fields = {
    count: us.length,
    first,
    curr: us.at(-1) ?? 0,
    min: quantile(us, 0),
    max: quantile(us, 1),
    avg: cppNumber(mean(us)),
    std: Math.round(standardDeviation(us)),
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')} ${quantiles}`;
}
