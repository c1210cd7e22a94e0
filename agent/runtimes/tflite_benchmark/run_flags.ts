import type { Invocation } from '../tool/runtime_adapter';

/** Its own pause between start-up and timing, so that the clocks have risen; the tools' default. */
const warmupSeconds = 0.5;

/** How often and how long to run, in the flags that both benchmark_models share. */
export function runFlags({ plan, modelPath }: Invocation): string[] {
  return [
    `--graph=${modelPath}`,
    `--num_threads=${String(plan.threads)}`,
    `--warmup_runs=${String(plan.warmupRuns)}`,
    `--warmup_min_secs=${String(plan.warmupRuns === 0 ? 0 : warmupSeconds)}`,
    `--num_runs=${String(plan.runs)}`,
    '--min_secs=0',
    `--max_secs=${String(plan.sessionDeadlineMs / 1_000)}`,
    '--run_delay=-1',
    '--report_peak_memory_footprint=true',
  ];
}
