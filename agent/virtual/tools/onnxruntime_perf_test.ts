import { posix } from 'node:path';
import { ownValue } from '../../../common/own_value';
import type { Unit } from '../../../common/target';
import type { ToolRun } from '../system/phone_system';
import type { InspectedModel, Machine, Placement } from './machine';
import { cppNumber, mean, quantile } from './statistics';
import { sufferFault } from './tool_faults';

interface Options {
  readonly unit: Unit | undefined;
  readonly provider: string;
  readonly runs: number | undefined;
  readonly seconds: number;
  readonly threads: number;
  readonly statistics: boolean;
  readonly quantizedOnly: boolean;
  readonly fallbackDisabled: boolean;
  readonly modelPath: string;
  readonly resultPath: string | undefined;
}

const optionsWithValue = new Set(['-e', '-m', '-r', '-t', '-x', '-y', '-c', '-o', '-i', '-C', '-p', '-u', '-T', '-d', '-f', '-F']);
/** The tool's own default and a bound: a run count beyond it would hold the phone for hours. */
const defaultRuns = 1000;
const mostRuns = 1_000_000;
const unitByProvider: Readonly<Record<string, Unit>> = { cpu: 'cpu', xnnpack: 'cpu-xnnpack', qnn: 'npu', nnapi: 'nnapi' };
/** exit(-1) */
const failed = 255;

/** ONNX Runtime's benchmark, in its present output format. https://github.com/microsoft/onnxruntime/tree/main/onnxruntime/test/perftest */
export async function onnxruntimePerfTest(run: ToolRun, machine: Machine): Promise<number> {
  const options = readOptions(run.words);
  if (options === undefined) {
    run.print('perf_test [options...] model_path [result_file]\n');
    return failed;
  }
  const fault = await sufferFault(run, machine);
  if (fault !== undefined) return fault;
  if (options.unit === undefined) {
    run.printError(`Unsupported execution provider: ${options.provider}\n`);
    return failed;
  }
  const path = run.resolve(options.modelPath);
  const bytes = machine.readFile(path);
  if (bytes === undefined) return complain(run, options, `Load model ${options.modelPath} failed. File doesn't exist`);
  const model = machine.inspect(bytes);
  if (typeof model === 'string') return complain(run, options, `This is an invalid model. ${model}`);
  if (model.cost.format !== 'onnx') return complain(run, options, 'Protobuf parsing failed.');
  return measure(run, machine, options, { path, bytes, model });
}

function complain(run: ToolRun, options: Options, reason: string): number {
  run.printError(`Load model from ${options.modelPath} failed:${reason}\n`);
  return failed;
}

async function measure(run: ToolRun, machine: Machine, options: Options, file: { readonly path: string; readonly bytes: Buffer; readonly model: InspectedModel }): Promise<number> {
  const { unit = 'cpu', threads, quantizedOnly } = options;
  const placement: Placement = { runtime: 'onnxruntime', unit, threads, quantizedOnly };
  const prediction = machine.predict(file.path, file.bytes, file.model, placement);
  run.print(`onnxruntime_perf_test (virtual)\nSetting intra_op_num_threads to ${options.threads}\nDisabling intra-op thread spinning between runs\n`);
  if (options.fallbackDisabled && placement.unit !== 'cpu' && prediction.delegated < prediction.operators) {
    run.printError('This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.\n');
    return failed;
  }
  const creationMs = 40 + file.model.sizeBytes / 200_000 + (placement.unit === 'npu' ? 6 * prediction.operators : 0);
  const runs = machine.timeRuns(prediction, placement);
  const firstMs = runs.next().value;
  const samplesMs: number[] = [];
  let totalMs = 0;
  while (options.runs === undefined ? totalMs < options.seconds * 1000 && samplesMs.length < mostRuns : samplesMs.length < options.runs) {
    const sampleMs = runs.next().value;
    samplesMs.push(sampleMs);
    totalMs += sampleMs;
  }
  await machine.wait(creationMs + firstMs + totalMs, run.killed);
  if (run.killed.aborted) return 137;
  const peakBytes = 60_000_000 + file.model.sizeBytes * 2 + file.model.cost.peakActivationBytes;
  run.print(summary({ samplesMs, creationMs, firstMs, totalMs, peakBytes, statistics: options.statistics }));
  return options.resultPath === undefined || writeRows(run, machine, { ...options, resultPath: options.resultPath }, { samplesMs, peakBytes }) ? 0 : failed;
}

function writeRows(run: ToolRun, machine: Machine, options: Options & { readonly resultPath: string }, session: { readonly samplesMs: readonly number[]; readonly peakBytes: number }): boolean {
  const name = posix.basename(options.modelPath).replace(/\.onnx$/, '');
  const rows = session.samplesMs.map((sampleMs, index) => `${name},${cppNumber(sampleMs / 1000)},${session.peakBytes},${cpuPercent(options.unit)},${index}\n`);
  if (machine.appendFile(run.resolve(options.resultPath), rows.join(''))) return true;
  run.printError(`failed to open result file ${options.resultPath}\n`);
  return false;
}

interface Session {
  readonly samplesMs: readonly number[];
  readonly creationMs: number;
  readonly firstMs: number;
  readonly totalMs: number;
  readonly peakBytes: number;
  readonly statistics: boolean;
}

function summary(session: Session): string {
  const totalS = session.totalMs / 1000;
  const lines = [
    `Session creation time cost: ${cppNumber(session.creationMs / 1000)} s`,
    `First inference time cost: ${Math.round(session.firstMs)} ms`,
    `Total inference time cost: ${cppNumber(totalS)} s`,
    `Total inference requests: ${session.samplesMs.length}`,
    `Average inference time cost total: ${mean(session.samplesMs).toFixed(6)} ms`,
    `Total inference run time: ${cppNumber(totalS * 1.0005)} s`,
    `Number of inferences per second: ${cppNumber(session.samplesMs.length / (totalS * 1.0005))} `,
    'Avg CPU usage: 12 %',
    `Peak working set size: ${session.peakBytes} bytes`,
    'Avg CPU usage:12',
    `Peak working set size:${session.peakBytes}`,
    `Runs:${session.samplesMs.length}`,
  ];
  const shares = [['P50', 0.5], ['P90', 0.9], ['P95', 0.95], ['P99', 0.99], ['P999', 0.999]] as const;
  const quantiles = [['Min', 0] as const, ['Max', 1] as const, ...shares].map(([label, share]) => `${label} Latency: ${cppNumber(quantile(session.samplesMs, share) / 1000)} s`);
  return `${[...lines, ...(session.statistics ? quantiles : [])].join('\n')}\n`;
}

function cpuPercent(unit: Unit | undefined): number {
  return unit === 'npu' ? 3 : 12;
}

function readOptions(words: readonly string[]): Options | undefined {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const operands: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (optionsWithValue.has(word)) {
      index += 1;
      values.set(word, words[index] ?? '');
    } else if (/^-[A-Za-z]$/.test(word)) {
      flags.add(word);
    } else {
      operands.push(word);
    }
  }
  const provider = values.get('-e') ?? 'cpu';
  const [modelPath, resultPath] = operands;
  const runs = Number(values.get('-r') ?? defaultRuns);
  const seconds = Number(values.get('-t') ?? 600);
  if (modelPath === undefined || !Number.isInteger(runs) || runs < 1 || runs > mostRuns || !(seconds > 0)) return undefined;
  return {
    unit: ownValue(unitByProvider, provider),
    provider,
    runs: values.get('-m') === 'times' ? runs : undefined,
    seconds,
    threads: Math.max(1, Number(values.get('-x') ?? 1) || 1),
    statistics: flags.has('-s'),
    // The provider computes in half precision only when it is asked to.
    quantizedOnly: provider === 'qnn' && !(values.get('-i') ?? '').includes('enable_htp_fp16_precision|1'),
    fallbackDisabled: (values.get('-C') ?? '').includes('session.disable_cpu_ep_fallback|1'),
    modelPath,
    resultPath,
  };
}
