import { posix } from 'node:path';
import type { ToolRun } from '../system/phone_system';
import type { InspectedModel, Machine, RunPlacement } from '../machine/machine';
import { pluginComplaint, readPerfTestOptions, type PerfTestOptions } from './perf_test_options';
import { cppNumber, mean, quantile } from './statistics';
import { failsInRunning, fallbackRefused, perfTestComplaint } from './tool_defects';
import { sufferFault } from './tool_faults';

const mostRuns = 1_000_000;
/** exit(-1) */
const failed = 255;

/** ONNX Runtime's benchmark, in its present output format. https://github.com/microsoft/onnxruntime/tree/main/onnxruntime/test/perftest */
export async function onnxruntimePerfTest(run: ToolRun, machine: Machine): Promise<number> {
  const options = readPerfTestOptions(run.words);
  if (typeof options === 'string') {
    run.printError(options);
    return options.startsWith('ERROR') ? 1 : failed;
  }
  const fault = await sufferFault(run, machine);
  if (fault !== undefined) return fault;
  const problem =
    perfTestComplaint(machine.defect(), options.unit) ?? pluginComplaint(run, machine, options);
  if (problem !== undefined) {
    run.printError(problem.errors);
    return problem.status;
  }
  const path = run.resolve(options.modelPath);
  const bytes = machine.readFile(path);
  if (bytes === undefined)
    return complain(run, options, `Load model ${options.modelPath} failed. File doesn't exist`);
  const model = machine.inspect(bytes);
  if (typeof model === 'string')
    return complain(run, options, `This is an invalid model. ${model}`);
  if (model.cost.format !== 'onnx') return complain(run, options, 'Protobuf parsing failed.');
  return measure(run, machine, options, { path, bytes, model });
}

function complain(run: ToolRun, options: PerfTestOptions, reason: string): number {
  run.printError(`Load model from ${options.modelPath} failed:${reason}\n`);
  return failed;
}

async function measure(
  run: ToolRun,
  machine: Machine,
  options: PerfTestOptions,
  file: { readonly path: string; readonly bytes: Buffer; readonly model: InspectedModel },
): Promise<number> {
  const placement: RunPlacement = {
    runtime: 'onnxruntime',
    unit: options.unit,
    threads: options.threads,
    quantizedOnly: options.quantizedOnly,
  };
  const prediction = machine.predict(file.path, file.bytes, file.model, placement);
  run.print(`Setting intra_op_num_threads to ${options.threads}\n`);
  if (
    options.fallbackDisabled &&
    placement.unit !== 'cpu' &&
    prediction.delegated < prediction.operators
  ) {
    run.printError(fallbackRefused);
    return failed;
  }
  const creationMs =
    40 + file.model.sizeBytes / 200_000 + (placement.unit === 'npu' ? 6 * prediction.operators : 0);
  const runs = machine.timeRuns(prediction, placement);
  const firstMs = runs.next().value;
  const samplesMs: number[] = [];
  let totalMs = 0;
  while (
    options.runs === undefined
      ? totalMs < options.seconds * 1000 && samplesMs.length < mostRuns
      : samplesMs.length < options.runs
  ) {
    const sampleMs = runs.next().value;
    samplesMs.push(sampleMs);
    totalMs += sampleMs;
  }
  await machine.wait(creationMs + firstMs + totalMs, run.killed);
  if (run.killed.aborted) return 137;
  if (failsInRunning(machine.defect(), placement.unit)) {
    run.print(
      "Run failed:PerformanceRunner::RunOneIteration caught exception: Non-zero status code returned while running QNN_1 node. Name:'QNNExecutionProvider_QNN_1_0' Status Message: QNN graph execute error. Error code: 6031\n",
    );
    return failed;
  }
  const peakBytes = 60_000_000 + file.model.sizeBytes * 2 + file.model.cost.peakActivationBytes;
  const session = { samplesMs, creationMs, firstMs, totalMs, peakBytes };
  run.print(summaryOf(session));
  dump(run, machine, options, session);
  return 0;
}

interface PerfTestSession {
  readonly samplesMs: readonly number[];
  readonly creationMs: number;
  readonly firstMs: number;
  readonly totalMs: number;
  readonly peakBytes: number;
}

const cpuPercent = 12;

function summaryOf(session: PerfTestSession): string {
  const totalS = session.totalMs / 1000;
  const lines = [
    `Session creation time cost: ${cppNumber(session.creationMs / 1000)} s`,
    `First inference time cost: ${Math.round(session.firstMs)} ms`,
    `Total inference time cost: ${cppNumber(totalS)} s`,
    `Total inference requests: ${session.samplesMs.length}`,
    `Average inference time cost total: ${mean(session.samplesMs).toFixed(6)} ms`,
    `Total inference run time: ${cppNumber(totalS * 1.0005)} s`,
    `Number of inferences per second: ${cppNumber(session.samplesMs.length / (totalS * 1.0005))} `,
    `Avg CPU usage: ${cpuPercent} %`,
    `Peak working set size: ${session.peakBytes} bytes`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Rows into the result file, named after the model's folder, or a short summary without one; statistics after either
 * where they are asked for. As the real tool, it does not notice when the disk takes only a part.
 */
function dump(
  run: ToolRun,
  machine: Machine,
  options: PerfTestOptions,
  session: PerfTestSession,
): void {
  const { samplesMs, peakBytes } = session;
  const path = options.resultPath === undefined ? undefined : run.resolve(options.resultPath);
  const opened = path !== undefined && machine.appendFile(path, '');
  if (path !== undefined && !opened)
    run.printError(
      `failed to open result file '${options.resultPath ?? ''}'. will dump stats to output.\n`,
    );
  if (path === undefined || !opened) {
    run.print(
      `Avg CPU usage:${cpuPercent}\nPeak working set size:${peakBytes}\nRuns:${samplesMs.length}\n${statisticsOf(samplesMs)}`,
    );
    return;
  }
  const name = posix.basename(posix.dirname(run.resolve(options.modelPath)));
  const rows = samplesMs.map(
    (sampleMs, index) =>
      `${name},${cppNumber(sampleMs / 1000)},${peakBytes},${cpuPercent},${index}\n`,
  );
  const text = `${rows.join('')}${options.statistics ? `\n${statisticsOf(samplesMs)}` : ''}`;
  if (!machine.appendFile(path, text)) machine.appendFile(path, text.slice(0, machine.freeBytes()));
  if (options.statistics) run.print(statisticsOf(samplesMs));
}

function statisticsOf(samplesMs: readonly number[]): string {
  const shares = [
    ['P50', 0.5],
    ['P90', 0.9],
    ['P95', 0.95],
    ['P99', 0.99],
    ['P999', 0.999],
  ] as const;
  return [['Min', 0] as const, ['Max', 1] as const, ...shares]
    .map(
      ([label, share]) => `${label} Latency: ${cppNumber(quantile(samplesMs, share) / 1000)} s\n`,
    )
    .join('');
}
