import type { Invocation } from './runtime';

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

/** Where the linker and the DSP's loader look for libraries: the tool's folder before the phone's own. */
export function dspEnvironment(folder: string): Record<string, string> {
  return {
    LD_LIBRARY_PATH: folder,
    ADSP_LIBRARY_PATH: `${folder};/vendor/dsp/cdsp;/vendor/lib/rfsa/adsp;/system/lib/rfsa/adsp;/dsp`,
  };
}
