import { lastCapture, toolNumber } from '../tool/tool_text';

/** What onnxruntime_perf_test says beside its result file. */
export interface PerfTestSummary {
  readonly initMs: number | null;
  /** Over all measured runs. */
  readonly totalMs: number | null;
  readonly requests: number | null;
  readonly peakMemoryBytes: number | null;
}

/**
 * Reads the summary that the tool prints. Versions of before 2021 put no space after the colon and know fewer lines,
 * the first had other words for them; newer ones print some lines twice, with and without their unit. A line that is
 * missing is null.
 */
export function readPerfTestSummary(lines: readonly string[]): PerfTestSummary {
  const number = (pattern: RegExp): number | null => toolNumber(lastCapture(lines, pattern));
  const seconds = (pattern: RegExp): number | null => {
    const value = number(pattern);
    return value === null ? null : value * 1_000;
  };
  return {
    initMs: seconds(/^Session creation time cost: ?([0-9.e+-]+) ?s/),
    totalMs: seconds(/^Total (?:inference )?time cost: ?([0-9.e+-]+)(?: ?s)?$/),
    requests: number(/^Total (?:inference requests|iterations): ?(\d+)/),
    peakMemoryBytes: number(/^Peak working set size: ?(\d+)/),
  };
}

/**
 * ONNX Runtime's warnings, as `2026-01-02 03:04:05.678 [W:onnxruntime:, file.cc:1 function] text`. They matter: the
 * tool logs at WARNING, and a model whose DSP code warned ran seven times slower for it.
 * https://github.com/onnxruntime/onnxruntime-qnn/pull/323
 */
export function runtimeWarnings(lines: readonly string[]): string[] {
  return lines.filter((line) => /\[W:onnxruntime/.test(line));
}
