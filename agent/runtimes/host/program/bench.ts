import { writeSync } from 'node:fs';
import type { HostReport } from '../report';
import { readBenchOptions, type HostBenchOptions } from './bench_options';

/** A model ready to run on inputs that were made beforehand. */
export interface RunnableModel {
  readonly version: string;
  readonly caveats: readonly string[];
  run(): Promise<void>;
}

/**
 * Body of the host benchmark programs: load, warm up, time each run, print one JSON line on standard output. Errors
 * go to standard error in the runtime's own words, with exit status 1.
 */
export async function bench(
  argv: readonly string[],
  load: (options: HostBenchOptions) => Promise<RunnableModel>,
): Promise<void> {
  try {
    const report = await measure(readBenchOptions(argv), load);
    // Synchronous, because a pipe's asynchronous write would be lost on exit.
    writeSync(1, `${JSON.stringify(report)}\n`);
    process.exitCode = 0;
  } catch (error) {
    writeSync(2, `${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function measure(
  options: HostBenchOptions,
  load: (options: HostBenchOptions) => Promise<RunnableModel>,
): Promise<HostReport> {
  const loadStart = process.hrtime.bigint();
  const model = await load(options);
  const initMs = elapsedMs(loadStart);
  for (let run = 0; run < options.warmupRuns; run += 1) await model.run();
  const samplesMs: number[] = [];
  for (let run = 0; run < options.runs; run += 1) {
    const start = process.hrtime.bigint();
    await model.run();
    samplesMs.push(elapsedMs(start));
  }
  return {
    farmBench: 1,
    samplesMs,
    initMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    version: model.version,
    caveats: [...model.caveats],
  };
}

function elapsedMs(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
