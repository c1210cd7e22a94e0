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
} from './benchmark_runs';
import { loadTfliteModel } from './load_tflite_model';
import type { Machine, LatencyPrediction } from '../machine/machine';
import { cppNumber, mean } from './statistics';
import { delegateComplaint, failsInRunning } from './tool_defects';
import { sufferFault } from './tool_faults';

/** Libraries of the phone's own vendor partition, which need not be pushed. */
const vendorLibrary = /^libQnn\w*\.so$/;
/** How the tool names its delegates, in its messages and in the profile. */
const delegateNames: Readonly<
  Partial<
    Record<Unit, { readonly name: string; readonly created: string; readonly kernel: string }>
  >
> = {
  gpu: {
    name: 'GPU',
    created: 'INFO: Created TensorFlow Lite delegate for GPU.\nINFO: GPU delegate created.',
    kernel: 'TfLiteGpuDelegateV2',
  },
  nnapi: {
    name: 'NNAPI',
    created: 'INFO: Created TensorFlow Lite delegate for NNAPI.\nINFO: NNAPI delegate created.',
    kernel: 'TfLiteNnapiDelegate',
  },
  dsp: {
    name: 'Hexagon',
    created: 'INFO: Hexagon delegate created.',
    kernel: 'TfLiteHexagonDelegate',
  },
  npu: {
    name: 'EXTERNAL',
    created: 'INFO: EXTERNAL delegate created.',
    kernel: 'TfLiteQnnDelegate',
  },
};

/** TFLite's benchmark, in its present output format. https://github.com/google-ai-edge/LiteRT/tree/main/tflite/tools/benchmark */
export async function benchmarkModel(run: ToolRun, machine: Machine): Promise<number> {
  const flags = readFlags(run.words);
  const unit: Unit = flags.has('external_delegate_path')
    ? 'npu'
    : isOn(flags, 'use_gpu')
      ? 'gpu'
      : isOn(flags, 'use_nnapi')
        ? 'nnapi'
        : isOn(flags, 'use_hexagon')
          ? 'dsp'
          : 'cpu';
  const halfPrecision = /(?:^|;)htp_precision:1(?:;|$)/.test(
    flags.get('external_delegate_options') ?? '',
  );
  const options = readRunOptions(flags, {
    unit,
    quantizedOnly: unit === 'dsp' || (unit === 'npu' && !halfPrecision),
  });
  if (options === undefined) {
    run.printError('ERROR: Please specify the name of your TF Lite input file with --graph\n');
    return 1;
  }
  const fault = await sufferFault(run, machine);
  if (fault !== undefined) return fault;
  run.print(header(options));
  const loaded = loadTfliteModel(run, machine, options);
  if (loaded === undefined) return 1;
  run.print(`INFO: Loaded model ${options.graph}\n`);
  const complaint = delegateComplaint(
    machine.defect(),
    unit,
    run.words.filter((word) => /^--(?:use_|external_|hexagon|nnapi)/.test(word)).join(' '),
  );
  if (complaint !== undefined) {
    run.printError(complaint.errors);
    return complaint.status;
  }
  const refusal = delegate(run, machine, options, { flags, prediction: loaded.prediction });
  if (refusal !== undefined) {
    run.printError(`${refusal}\nERROR: Benchmarking failed.\n`);
    return 1;
  }
  return measure(run, machine, options, loaded);
}

/** Prints what the delegate took. @returns why the tool stops, if it does */
function delegate(
  run: ToolRun,
  machine: Machine,
  options: RunOptions,
  asked: { readonly flags: Flags; readonly prediction: LatencyPrediction },
): string | undefined {
  const { delegated, operators, partitions } = asked.prediction;
  const names = delegateNames[options.placement.unit];
  if (names === undefined) {
    run.printError(
      `INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\nVERBOSE: Replacing ${operators} out of ${operators} node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions for subgraph 0 (main).\n`,
    );
    return undefined;
  }
  const library = asked.flags.get('external_delegate_path');
  if (library !== undefined && !libraryExists(run, machine, library))
    run.printError(
      `INFO: Unable to load external delegate from : ${library} (dlopen failed: library "${library}" not found)\n`,
    );
  run.print(`${names.created}\n`);
  if (library !== undefined && !libraryExists(run, machine, library))
    return 'ERROR: Disallowed CPU fallback detected.';
  if (delegated > 0)
    run.printError(
      `VERBOSE: Replacing ${delegated} out of ${operators} node(s) with delegate (${names.kernel}) node, yielding ${partitions} partitions for subgraph 0 (main).\n`,
    );
  if (delegated === operators)
    run.print(
      `INFO: Explicitly applied ${names.name} delegate, and the model graph will be completely executed by the delegate.\n`,
    );
  else if (options.fullDelegation) return 'ERROR: Disallowed CPU fallback detected.';
  else if (delegated === 0)
    run.print(
      `INFO: Though ${names.name} delegate is explicitly applied, the model graph will not be executed by the delegate.\n`,
    );
  else
    run.print(
      `INFO: Explicitly applied ${names.name} delegate, and the model graph will be partially executed by the delegate w/ ${partitions} delegate kernels.\n`,
    );
  return undefined;
}

function libraryExists(run: ToolRun, machine: Machine, library: string): boolean {
  if (library.includes('/')) return machine.readFile(run.resolve(library)) !== undefined;
  const folders = (run.environment.get('LD_LIBRARY_PATH') ?? '')
    .split(':')
    .filter((folder) => folder !== '');
  return (
    vendorLibrary.test(library) ||
    folders.some((folder) => machine.readFile(run.resolve(`${folder}/${library}`)) !== undefined)
  );
}

async function measure(
  run: ToolRun,
  machine: Machine,
  options: RunOptions,
  loaded: LoadedModel,
): Promise<number> {
  const timed = await timeRuns(run, machine, options, loaded);
  if (timed === undefined) return 137;
  if (failsInRunning(machine.defect(), options.placement.unit)) {
    run.printError(
      `ERROR: Failed: Failed to execute graph..\nERROR: Node number ${loaded.prediction.operators} (${delegateNames[options.placement.unit]?.kernel ?? ''}) failed to invoke.\nERROR: Benchmarking failed.\n`,
    );
    return 1;
  }
  const { initMs, warmUp, measured, megabytes } = timed;
  run.print(
    [
      `INFO: Inference timings in us: Init: ${Math.round(initMs * 1000)}, First inference: ${Math.round((warmUp[0] ?? measured[0] ?? 0) * 1000)}, Warmup (avg): ${cppNumber(warmUp.length === 0 ? 0 : mean(warmUp) * 1000)}, Inference (avg): ${cppNumber(mean(measured) * 1000)}`,
      'INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual memory footprint of the model at runtime. Take the information at your discretion.',
      `INFO: Memory footprint delta from the start of the tool (MB): init=${cppNumber(megabytes * 0.8)} overall=${cppNumber(megabytes)}`,
      ...(options.reportMemory
        ? [
            `INFO: Overall peak memory footprint (MB) via periodic monitoring: ${cppNumber(megabytes * 1.1)}`,
          ]
        : []),
      '',
    ].join('\n'),
  );
  return 0;
}
