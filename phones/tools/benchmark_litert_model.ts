import { posix } from 'node:path';
import type { Unit } from '../../common/target';
import type { ToolRun } from '../system/phone_system';
import {
  header,
  isOn,
  readFlags,
  readRunOptions,
  timeRuns,
  type Flags,
  type LoadedModel,
  type RunOptions,
  type Timed,
} from './benchmark_runs';
import { loadTfliteModel } from './load_tflite_model';
import type { Machine } from '../machine/machine';
import { mean, quantile, standardDeviation } from './statistics';
import { dispatchComplaint, failsInRunning } from './tool_defects';
import { sufferFault } from './tool_faults';

/** LiteRT's newer benchmark, as of v2.2. https://github.com/google-ai-edge/LiteRT/blob/main/litert/tools/benchmark_litert_model.h */
export async function benchmarkLitertModel(run: ToolRun, machine: Machine): Promise<number> {
  const flags = readFlags(run.words);
  const unit: Unit = isOn(flags, 'use_npu') ? 'npu' : isOn(flags, 'use_gpu') ? 'gpu' : 'cpu';
  // Its compiler takes a float model as it is, in half precision.
  const options = readRunOptions(flags, { unit, quantizedOnly: false });
  if (options === undefined) {
    run.printError('ERROR: Failed to load model.\nERROR: Benchmarking failed.\n');
    return 1;
  }
  const fault = await sufferFault(run, machine);
  if (fault !== undefined) return fault;
  run.print(header(options));
  run.printError(`INFO: [benchmark_litert_model.cc:201] Loading model from: ${options.graph}\n`);
  const loaded = loadTfliteModel(run, machine, options);
  if (loaded === undefined) return 1;
  const complaint = dispatchComplaint(
    machine.defect(),
    unit,
    run.words.filter((word) => /^--(?:use_|dispatch|compiler)/.test(word)).join(' '),
  );
  const problem = complaint ?? (unit === 'npu' ? missingLibrary(run, machine, flags) : undefined);
  if (problem !== undefined) {
    run.printError(problem.errors);
    return problem.status;
  }
  if (!compile(run, options, loaded)) return 1;
  const timed = await timeRuns(run, machine, options, loaded);
  if (timed === undefined) return 137;
  if (failsInRunning(machine.defect(), unit)) {
    run.printError(
      'ERROR: [dispatch_api.cc:310] Failed to execute invocation context: Failed to execute graph\nERROR: [benchmark_litert_model.h:402] Run failed: Failed to invoke\nERROR: Benchmarking failed.\n',
    );
    return 1;
  }
  run.printError(results(timed, options.reportMemory));
  return 0;
}

function missingLibrary(
  run: ToolRun,
  machine: Machine,
  flags: Flags,
): { readonly errors: string; readonly status: number } | undefined {
  const has = (folder: string, name: string): boolean =>
    machine.readFile(run.resolve(posix.join(folder, name))) !== undefined;
  const [dispatch = '', plugin = ''] = [
    flags.get('dispatch_library_path'),
    flags.get('compiler_plugin_library_path'),
  ];
  if (!has(plugin, 'libLiteRtCompilerPlugin_Qualcomm.so')) {
    return {
      errors:
        'ERROR: [compiled_model.cc:741] Failed to load compiler plugins: No compiler plugin found\nERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated.\nERROR: Benchmarking failed.\n',
      status: 1,
    };
  }
  if (has(dispatch, 'libLiteRtDispatch_Qualcomm.so')) return undefined;
  return {
    errors: `ERROR: [litert_dispatch.cc:122] No dispatch library found in ${dispatch}\nERROR: Encountered unresolved custom op: DISPATCH_OP.\nERROR: Benchmarking failed.\n`,
    status: 1,
  };
}

/** Prints what went where. @returns whether the tool goes on */
function compile(run: ToolRun, options: RunOptions, { prediction }: LoadedModel): boolean {
  const { delegated, operators, partitions } = prediction;
  const replaced = (nodes: number, of: number, kernel: string): string =>
    `VERBOSE: Replacing ${nodes} out of ${of} node(s) with delegate (${kernel}) node, yielding ${partitions} partitions for subgraph 0 (main).\n`;
  if (options.placement.unit === 'cpu') {
    run.printError(replaced(operators, operators, 'TfLiteXNNPackDelegate'));
    return true;
  }
  if (options.placement.unit === 'npu') {
    run.printError(
      `INFO: [compiler_plugin.cc:739] Partitioned subgraph<0>, selected ${delegated} ops, from a total of ${operators} ops. resulted in ${partitions} partitions.\n` +
        'INFO: [compiled_model.cc:1323] 1 compiler plugins were applied successfully: Qualcomm\n' +
        replaced(partitions, partitions + operators - delegated, 'DispatchDelegate'),
    );
  } else if (delegated > 0) {
    run.printError(replaced(delegated, operators, 'LITERT_CL'));
  }
  if (delegated === operators || !options.fullDelegation) return true;
  run.printError(
    'ERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated. Add kLiteRtHwAcceleratorCpu to the compilation accelerator set to allow using the CPU to run those.\nERROR: Benchmarking failed.\n',
  );
  return false;
}

function results({ initMs, warmUp, measured, megabytes }: Timed, reportMemory: boolean): string {
  const ms = (value: number): string => value.toFixed(2);
  const lines = [
    '\n========== BENCHMARK RESULTS ==========',
    'Signature name:       main',
    `Model initialization: ${ms(initMs)} ms`,
    `Warmup (first):       ${ms(warmUp[0] ?? 0)} ms`,
    `Warmup (avg):         ${ms(warmUp.length === 0 ? 0 : mean(warmUp))} ms (${warmUp.length} runs)`,
    `Inference (avg):      ${ms(mean(measured))} ms (${measured.length} runs)`,
    `Inference (min):      ${ms(quantile(measured, 0))} ms`,
    `Inference (max):      ${ms(quantile(measured, 1))} ms`,
    `Inference (std):      ${ms(standardDeviation(measured))}`,
    '\nMemory Usage:',
    `Init footprint:       ${ms(megabytes * 0.8)} MB`,
    `Overall footprint:    ${ms(megabytes)} MB`,
    reportMemory
      ? `Peak memory:          ${ms(megabytes * 1.1)} MB`
      : 'Peak memory usage not available. (peak_mem_mb <= 0)',
    '======================================\n',
  ];
  return lines
    .map((line, index) => `INFO: [benchmark_litert_model.h:${90 + 2 * index}] ${line}\n`)
    .join('');
}
