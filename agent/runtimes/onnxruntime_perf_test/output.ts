import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { toolFailure } from '../failure/tool_failure';
import { toolFault } from '../failure/tool_fault';
import type { Invocation, RuntimeAdapter, ToolOutput } from '../tool/runtime_adapter';
import { toolLines } from '../tool/tool_text';
import { readResultCsv } from './result_csv';
import { readPerfTestSummary, runtimeWarnings, type PerfTestSummary } from './summary';

const tool = 'onnxruntime_perf_test';

/** The session in what the tool printed and in its result file; total over any text. */
export function parsePerfTest(
  output: ToolOutput,
  invocation: Invocation,
): ReturnType<RuntimeAdapter['parse']> {
  const lines = toolLines(`${output.stderr}\n${output.stdout}`);
  const samplesMs =
    output.exitCode === 0 && output.resultFile !== null ? readResultCsv(output.resultFile) : null;
  const summary = readPerfTestSummary(lines);
  if (samplesMs === null)
    return fail(unwritten(output, summary) ?? toolFailure(tool, output, invocation.offer.unit));
  const measured = measuredSamples(samplesMs, summary, invocation.plan.warmupRuns);
  if (!measured.ok) return measured;
  const warnings = runtimeWarnings(lines);
  return ok({
    session: {
      timings: { kind: 'samples', samplesMs: measured.value },
      initMs: summary.initMs,
      peakMemoryBytes: summary.peakMemoryBytes,
    },
    toolVersion: null,
    unitShare: invocation.offer.unit === 'cpu-xnnpack' ? null : 1,
    caveats:
      warnings.length === 0
        ? []
        : [
            `onnxruntime printed ${String(warnings.length)} warnings, which can slow the runs; the first: ${warnings[0] ?? ''}`,
          ],
  });
}

/** The tool measured and says so, but its file is empty or was cut: it does not notice when a write fails. */
function unwritten(
  { exitCode, resultFile }: ToolOutput,
  { requests }: PerfTestSummary,
): FarmFault | null {
  if (exitCode !== 0 || requests === null || resultFile === null) return null;
  const rows = resultFile.split('\n').filter((row) => row.includes(',')).length;
  return rows > requests ? null : shortFile(rows, requests);
}

function shortFile(rows: number, requests: number): FarmFault {
  return toolFault(
    'storage-full',
    `${tool} made ${String(requests)} runs but could not write them all to its result file, which has ${String(rows)} rows`,
  );
}

/** Checks the file against what the tool said it did, so that a changed column order cannot pass for a latency. */
function measuredSamples(
  samplesMs: readonly number[],
  summary: PerfTestSummary,
  warmupRuns: number,
): Result<readonly number[], FarmFault> {
  const sumMs = samplesMs.reduce((sum, sample) => sum + sample, 0);
  const { requests, totalMs } = summary;
  if (requests !== null && samplesMs.length < requests)
    return fail(shortFile(samplesMs.length, requests));
  const problem =
    totalMs === null
      ? 'it printed no total time, so the result file cannot be checked'
      : Math.abs(sumMs - totalMs) > 0.01 * totalMs + 0.01 * samplesMs.length
        ? `the result file adds up to ${sumMs.toFixed(3)} ms but the tool's total is ${totalMs.toFixed(3)} ms`
        : requests !== null && requests !== samplesMs.length
          ? `the result file has ${String(samplesMs.length)} runs but the tool counted ${String(requests)}`
          : samplesMs.length <= warmupRuns
            ? `the result file has ${String(samplesMs.length)} runs, all of them warm-up`
            : null;
  if (problem !== null) return fail(farmFault('unreadable-output', `${tool}: ${problem}`));
  return ok(samplesMs.slice(warmupRuns));
}
