import { basename, join } from 'node:path/posix';
import { farmFault } from '../../common/fault';
import { fail, ok, type Result } from '../../common/result';
import type { FarmFault } from '../../common/fault';
import type { Offer } from '../../common/target';
import { dspEnvironment } from './benchmark_flags';
import { pinnedCommand } from './core_mask';
import {
  readPerfTestSummary,
  runtimeWarnings,
  type PerfTestSummary,
} from './onnxruntime_perf_test_output';
import { readResultCsv } from './result_csv';
import type { Invocation, RuntimeAdapter, ToolCommand, ToolFile, ToolOutput } from './runtime';
import { toolDigestOf } from './tool_digest';
import { toolFailure } from './tool_failure';
import { toolLines } from './tool_text';
import { toolFault } from './tool_trouble';

export const perfTestFolder = 'onnxruntime';
const tool = 'onnxruntime_perf_test';

/**
 * QNN's provider hands the quantization of inputs and the dequantization of outputs to the CPU (its option
 * offload_graph_io_quantization) only where a fallback to the CPU is allowed, which it never is here: they run on the
 * NPU and are timed. https://github.com/onnxruntime/onnxruntime-qnn/blob/main/onnxruntime/core/providers/qnn/qnn_execution_provider.cc
 */
const npuBoundary = 'onnxruntime Session::Run, inputs quantized and outputs dequantized on the NPU';

/** ONNX Runtime's onnxruntime_perf_test on a phone. The first file is the binary. */
export function onnxruntimePerfTest(
  toolFiles: readonly [ToolFile, ...ToolFile[]],
  offers: readonly Offer[],
): RuntimeAdapter {
  return {
    name: tool,
    formats: ['onnx'],
    offers,
    boundary: offers.some(({ unit }) => unit === 'npu') ? npuBoundary : 'onnxruntime Session::Run',
    toolDigest: toolDigestOf(toolFiles),
    toolFiles,
    command: (invocation) => perfTestCommand(invocation, pluginAmong(toolFiles)),
    parse: parsePerfTest,
  };
}

/**
 * `-I` makes the inputs, `-s` prints statistics. The tool warms up with a single run, so the plan's warm-up runs are
 * measured too and dropped by the parser.
 */
function perfTestCommand(invocation: Invocation, plugin: string | undefined): ToolCommand {
  const { plan } = invocation;
  const folder = join(invocation.workFolder, perfTestFolder);
  const command = [
    join(folder, tool),
    ...[
      '-m',
      'times',
      '-r',
      String(plan.warmupRuns + plan.runs),
      '-x',
      String(plan.threads),
      '-I',
      '-s',
    ],
    ...providerFlags(invocation.offer, folder, plugin),
    invocation.modelPath,
    invocation.resultPath,
  ];
  return {
    command: pinnedCommand(invocation.cores, command),
    environment: dspEnvironment(folder),
    readsResultFile: true,
  };
}

/**
 * The name under which a plugin is registered, which becomes its provider's. Not QNN's own: that name makes a binary
 * that was built without QNN refuse, though the plugin has it.
 * https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/test/perftest/ort_test_session.cc
 */
const pluginName = 'QnnPlugin';

function pluginAmong(toolFiles: readonly ToolFile[]): string | undefined {
  return toolFiles
    .map(({ name }) => basename(name))
    .find((name) => /providers_qnn\b.*\.so/.test(name));
}

function providerFlags(offer: Offer, folder: string, plugin: string | undefined): string[] {
  if (offer.unit === 'cpu-xnnpack') return ['-e', 'xnnpack'];
  if (offer.unit !== 'npu') return ['-e', 'cpu'];
  const half = offer.precision === 'float16' ? ' enable_htp_fp16_precision|1' : '';
  const options = `backend_path|${join(folder, 'libQnnHtp.so')} htp_performance_mode|burst htp_graph_finalization_optimization_mode|3${half}`;
  const provider =
    plugin === undefined
      ? ['-e', 'qnn', '-i', options]
      : [
          '--plugin_ep_libs',
          `${pluginName}|${join(folder, plugin)}`,
          '--plugin_eps',
          pluginName,
          '--plugin_ep_options',
          options,
        ];
  return [...provider, '-C', 'session.disable_cpu_ep_fallback|1'];
}

/** The parser by itself, for its tests. */
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
