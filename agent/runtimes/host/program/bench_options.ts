import { parseArgs } from 'node:util';

/** The command line of both host benchmarks; hostCommand in host_tool.ts writes it. */
export interface HostBenchOptions {
  readonly modelPath: string;
  readonly runs: number;
  readonly warmupRuns: number;
  readonly threads: number;
}

/** @throws Error that names the option. */
export function readBenchOptions(argv: readonly string[]): HostBenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      runs: { type: 'string' },
      'warmup-runs': { type: 'string' },
      threads: { type: 'string' },
    },
  });
  if (values.model === undefined) throw new Error('--model PATH is required');
  return {
    modelPath: values.model,
    runs: count('--runs', values.runs, 1),
    warmupRuns: count('--warmup-runs', values['warmup-runs'], 0),
    threads: count('--threads', values.threads, 1),
  };
}

function count(option: string, text: string | undefined, smallest: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < smallest)
    throw new Error(
      `${option} expects a whole number of at least ${String(smallest)}, not "${text ?? ''}"`,
    );
  return value;
}
