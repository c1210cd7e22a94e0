import type { Unit } from '../../../common/target';
import type { ToolRun } from '../system/phone_system';
import type { InspectedModel, Machine, Placement, Prediction } from './machine';
import { cppNumber, mean, quantile, standardDeviation } from './statistics';
import { sufferFault } from './tool_faults';

interface Options {
  readonly graph: string;
  readonly placement: Placement;
  readonly fullDelegation: boolean;
  readonly externalDelegate: string | undefined;
  readonly runs: number;
  readonly smallestS: number;
  readonly largestS: number;
  readonly warmupRuns: number;
  readonly warmupSmallestS: number;
  readonly reportMemory: boolean;
}

const mostRuns = 1_000_000;
/** Libraries of the phone's own vendor partition, which need not be pushed. */
const vendorLibrary = /^libQnn\w*\.so$/;
/** How the tool names its delegates, in its messages and in the profile. */
const delegateNames: Readonly<Partial<Record<Unit, { readonly name: string; readonly created: string; readonly kernel: string }>>> = {
  gpu: { name: 'GPU', created: 'INFO: Created TensorFlow Lite delegate for GPU.\nGPU delegate created.', kernel: 'TfLiteGpuDelegateV2' },
  nnapi: { name: 'NNAPI', created: 'INFO: Created TensorFlow Lite delegate for NNAPI.\nNNAPI delegate created.', kernel: 'TfLiteNnapiDelegate' },
  dsp: { name: 'Hexagon', created: 'Hexagon delegate created.', kernel: 'TfLiteHexagonDelegate' },
  npu: { name: 'EXTERNAL', created: 'EXTERNAL delegate created.', kernel: 'TfLiteQnnDelegate' },
};

/** TFLite's benchmark, in its present output format. https://github.com/google-ai-edge/LiteRT/tree/main/tflite/tools/benchmark */
export async function benchmarkModel(run: ToolRun, machine: Machine): Promise<number> {
  const options = readOptions(run.words);
  if (options === undefined) {
    run.printError('Please specify the name of your TF Lite input file with --graph\n');
    return 1;
  }
  const fault = await sufferFault(run, machine);
  if (fault !== undefined) return fault;
  run.print(header(options));
  const bytes = machine.readFile(run.resolve(options.graph));
  const inspected = bytes === undefined ? `Could not open '${options.graph}'.` : machine.inspect(bytes);
  const model = typeof inspected !== 'string' && inspected.cost.format !== 'tflite' ? 'The model is not a valid Flatbuffer buffer' : inspected;
  if (bytes === undefined || typeof model === 'string') {
    run.printError(`ERROR: ${typeof model === 'string' ? model : ''}\nERROR: Failed to mmap model ${options.graph}\nERROR: Benchmarking failed.\n`);
    return 1;
  }
  run.print(`Loaded model ${options.graph}\nINFO: Initialized TensorFlow Lite runtime.\n`);
  const prediction = machine.predict(run.resolve(options.graph), bytes, model, options.placement);
  const refusal = delegate(run, machine, options, prediction);
  if (refusal !== undefined) {
    run.printError(`${refusal}\nERROR: Benchmarking failed.\n`);
    return 1;
  }
  return measure(run, machine, options, { model, prediction });
}

function header(options: Options): string {
  return [
    'STARTING! (virtual)',
    'Log parameter values verbosely: [0]',
    `Min num runs: [${options.runs}]`,
    `Num threads: [${options.placement.threads}]`,
    `Min warmup runs: [${options.warmupRuns}]`,
    `Graph: [${options.graph}]`,
    'Signature to run: []',
    `#threads used for CPU inference: [${options.placement.threads}]`,
    '',
  ].join('\n');
}

/** Prints what the delegate took. @returns why the tool stops, if it does */
function delegate(run: ToolRun, machine: Machine, options: Options, prediction: Prediction): string | undefined {
  const names = delegateNames[options.placement.unit];
  if (names === undefined) {
    run.print(`INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nINFO: Replacing ${prediction.operators} out of ${prediction.operators} node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions for subgraph 0.\n`);
    return undefined;
  }
  const library = options.externalDelegate;
  if (library !== undefined && !libraryExists(run, machine, library)) return `dlopen failed: library "${library}" not found\nERROR: Failed to load external delegate ${library}`;
  run.print(`${names.created}\n`);
  const { delegated, operators, partitions } = prediction;
  if (delegated > 0) run.print(`VERBOSE: Replacing ${delegated} out of ${operators} node(s) with delegate (${names.kernel}) node, yielding ${partitions} partitions for subgraph 0.\n`);
  if (delegated === operators) run.print(`Explicitly applied ${names.name} delegate, and the model graph will be completely executed by the delegate.\n`);
  else if (options.fullDelegation) return 'ERROR: Disallowed CPU fallback detected.';
  else if (delegated === 0) run.print(`Though ${names.name} delegate is explicitly applied, the model graph will not be executed by the delegate.\n`);
  else run.print(`Explicitly applied ${names.name} delegate, and the model graph will be partially executed by the delegate w/ ${partitions} delegate kernels.\n`);
  return undefined;
}

function libraryExists(run: ToolRun, machine: Machine, library: string): boolean {
  if (library.includes('/')) return machine.readFile(run.resolve(library)) !== undefined;
  const folders = (run.environment.get('LD_LIBRARY_PATH') ?? '').split(':').filter((folder) => folder !== '');
  return vendorLibrary.test(library) || folders.some((folder) => machine.readFile(run.resolve(`${folder}/${library}`)) !== undefined);
}

async function measure(run: ToolRun, machine: Machine, options: Options, loaded: { readonly model: InspectedModel; readonly prediction: Prediction }): Promise<number> {
  const { model, prediction } = loaded;
  const initMs = 15 + model.sizeBytes / 250_000 + (options.placement.unit === 'cpu' ? 0 : 4 * prediction.operators);
  const runs = machine.timeRuns(prediction, options.placement);
  const warmUp = takeRuns(runs, { count: options.warmupRuns, smallestMs: options.warmupSmallestS * 1000, largestMs: options.largestS * 1000 });
  const measured = takeRuns(runs, { count: options.runs, smallestMs: options.smallestS * 1000, largestMs: options.largestS * 1000 });
  await machine.wait(initMs + total(warmUp) + total(measured), run.killed);
  if (run.killed.aborted) return 137;
  const megabytes = 12 + (model.sizeBytes + model.cost.peakActivationBytes) / 1048576;
  const bound = (count: number, smallestS: number): string => `Running benchmark for at least ${count} iterations and at least ${smallestS} seconds but terminate if exceeding ${options.largestS} seconds.`;
  const warmUpLines = warmUp.length === 0 ? [] : [bound(options.warmupRuns, options.warmupSmallestS), statistics(warmUp), ''];
  run.print(
    [
      `The input model file size (MB): ${cppNumber(model.sizeBytes / 1e6)}`,
      `Initialized session in ${cppNumber(initMs)}ms.`,
      ...warmUpLines,
      bound(options.runs, options.smallestS),
      statistics(measured),
      '',
      `Inference timings in us: Init: ${Math.round(initMs * 1000)}, First inference: ${Math.round((warmUp[0] ?? measured[0] ?? 0) * 1000)}, Warmup (avg): ${cppNumber(warmUp.length === 0 ? 0 : mean(warmUp) * 1000)}, Inference (avg): ${cppNumber(mean(measured) * 1000)}`,
      'Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory footprint of the model at runtime. Take the information at your discretion.',
      `Memory footprint delta from the start of the tool (MB): init=${cppNumber(megabytes * 0.8)} overall=${cppNumber(megabytes)}`,
      ...(options.reportMemory ? [`Overall peak memory footprint (MB) via periodic monitoring: ${cppNumber(megabytes * 1.1)}`] : []),
      '',
    ].join('\n'),
  );
  return 0;
}

function takeRuns(runs: Iterator<number, never>, bounds: { readonly count: number; readonly smallestMs: number; readonly largestMs: number }): readonly number[] {
  const samplesMs: number[] = [];
  let sumMs = 0;
  while ((samplesMs.length < bounds.count || sumMs < bounds.smallestMs) && sumMs < bounds.largestMs && samplesMs.length < mostRuns) {
    const sampleMs = runs.next().value;
    samplesMs.push(sampleMs);
    sumMs += sampleMs;
  }
  return samplesMs;
}

function total(samplesMs: readonly number[]): number {
  return samplesMs.reduce((sum, sampleMs) => sum + sampleMs, 0);
}

function statistics(samplesMs: readonly number[]): string {
  const us = samplesMs.map((sampleMs) => Math.round(sampleMs * 1000));
  const first = us[0] ?? 0;
  if (us.length === 1) return `count=1 curr=${first}`;
  const fields = { count: us.length, first, curr: us.at(-1) ?? 0, min: quantile(us, 0), max: quantile(us, 1), avg: cppNumber(mean(us)), std: Math.round(standardDeviation(us)), p5: quantile(us, 0.05), median: quantile(us, 0.5), p95: quantile(us, 0.95) };
  return Object.entries(fields).map(([name, value]) => `${name}=${value}`).join(' ');
}

function readOptions(words: readonly string[]): Options | undefined {
  const values = new Map(words.flatMap((word): [string, string][] => {
    const match = /^--([a-z_]+)(?:=([\s\S]*))?$/.exec(word);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? 'true']];
  }));
  const number = (name: string, fallback: number): number => {
    const value = Number(values.get(name) ?? fallback);
    return Number.isFinite(value) && value >= 0 ? value : fallback;
  };
  const graph = values.get('graph');
  if (graph === undefined || graph === '') return undefined;
  const externalDelegate = values.get('external_delegate_path');
  const on = (name: string): boolean => values.get(name) === 'true' || values.get(name) === '1';
  const unit: Unit = externalDelegate !== undefined ? 'npu' : on('use_gpu') ? 'gpu' : on('use_nnapi') ? 'nnapi' : on('use_hexagon') ? 'dsp' : 'cpu';
  const halfPrecision = /(?:^|;)htp_precision:1(?:;|$)/.test(values.get('external_delegate_options') ?? '');
  const quantizedOnly = unit === 'dsp' || (unit === 'npu' && !halfPrecision);
  return {
    graph,
    placement: { runtime: 'tflite', unit, threads: Math.max(1, number('num_threads', 1)), quantizedOnly },
    fullDelegation: on('require_full_delegation'),
    externalDelegate,
    runs: Math.min(mostRuns, Math.max(1, number('num_runs', 50))),
    smallestS: number('min_secs', 1),
    largestS: number('max_secs', 150),
    warmupRuns: Math.min(mostRuns, number('warmup_runs', 1)),
    warmupSmallestS: number('warmup_min_secs', 0.5),
    reportMemory: on('report_peak_memory_footprint'),
  };
}
