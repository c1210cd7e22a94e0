import type { Unit } from '../../common/target';
import type { ToolDefect } from '../machine/faults';

/** What a tool says, and how it ends, on a phone whose tools are not right. */
export interface Complaint {
  readonly errors: string;
  readonly status: number;
}

/** exit(-1) */
const perfTestFailed = 255;

const qnn = (line: string): string =>
  `2026-11-02 09:30:11.125 [E:onnxruntime:Default, qnn_backend_manager.cc:251 QnnLogging] QnnDsp <E> ${line}\n`;
const setupFailed =
  '2026-11-02 09:30:11.126 [E:onnxruntime:, qnn_execution_provider.cc:1329 GetCapabilityImpl] QNN SetupBackend failed Failed to create device. Error: QNN_DEVICE_ERROR_INVALID_CONFIG\n';
export const fallbackRefused =
  'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.\n';

/** Before its session exists. @see docs/virtual-phones.md for what each defect stands for. */
export function perfTestComplaint(
  defect: ToolDefect | undefined,
  unit: Unit,
): Complaint | undefined {
  if (defect === 'old-tools')
    return {
      errors:
        "onnxruntime_perf_test: invalid option -- 'I'\nperf_test [options...] model_path result_file\nOptions:\n",
      status: perfTestFailed,
    };
  if (unit !== 'npu') return undefined;
  switch (defect) {
    case 'no-dsp-libraries':
      return {
        errors: `${qnn('Failed to load skel, error: 4000')}${qnn('Transport layer setup failed: 14001')}${setupFailed}${fallbackRefused}`,
        status: perfTestFailed,
      };
    case 'mixed-libraries':
      return {
        errors: `${qnn('Failed to retrieve skel build id: err: 1003')}${qnn('Error in verify skel version')}${setupFailed}${fallbackRefused}`,
        status: perfTestFailed,
      };
    case 'no-accelerator':
      return {
        errors: `${qnn('DspTransport.openSession qnn_open failed, 0x80000406, prio 100')}${setupFailed}${fallbackRefused}`,
        status: perfTestFailed,
      };
    default:
      return undefined;
  }
}

const disallowed = 'ERROR: Disallowed CPU fallback detected.\nERROR: Benchmarking failed.\n';
const notApplied = (delegate: string): string =>
  `ERROR: Failed to apply ${delegate} delegate.\nERROR: Benchmarking failed.\n`;

/** Of TFLite's benchmark_model, where it would apply its delegate. */
export function delegateComplaint(
  defect: ToolDefect | undefined,
  unit: Unit,
  flags: string,
): Complaint | undefined {
  const errors = delegateErrors(defect, unit, flags);
  return errors === undefined ? undefined : { errors, status: 1 };
}

function delegateErrors(
  defect: ToolDefect | undefined,
  unit: Unit,
  flags: string,
): string | undefined {
  if (unit === 'cpu') return undefined;
  switch (defect) {
    case 'old-tools':
      return `WARN: Unconsumed cmdline flags: ${flags}\n${disallowed}`;
    case 'no-dsp-libraries':
      if (unit === 'dsp')
        return `WARNING: Failed to fetch Hexagon NN version.\nINFO: Hexagon Delegate is not supported.\n\nWARN: Could not create Hexagon delegate: platform may not support delegate or required libraries are missing\n${disallowed}`;
      return unit === 'npu'
        ? `INFO: Unable to load external delegate from : libQnnTFLiteDelegate.so (dlopen failed: library "libQnnHtpV73Stub.so" not found)\nINFO: EXTERNAL delegate created.\n${disallowed}`
        : undefined;
    case 'mixed-libraries':
      if (unit === 'dsp')
        return `WARNING: Incompatible versions between interface library and libhexagon_skel 130 vs 137. You must use compatible versions. Refer to Tensorflow Lite Hexagon Delegate Guide.\nINFO: Hexagon Delegate is not supported.\n\n${disallowed}`;
      return unit === 'npu'
        ? `INFO: EXTERNAL delegate created.\nQnnDsp <E> Failed to retrieve skel build id: err: 1003\nQnnDsp <E> Error in verify skel version\nINFO: TfLiteQnnDelegate delegate: 0 nodes delegated out of 65 nodes with 0 partitions.\n${disallowed}`
        : undefined;
    case 'no-accelerator':
      if (unit === 'nnapi')
        return `INFO: NNAPI delegate created.\nERROR: Could not find the specified NNAPI accelerator: qti-default. Must be one of: {nnapi-reference}.\n${notApplied('NNAPI')}`;
      if (unit === 'gpu')
        return `INFO: GPU delegate created.\nERROR: Can not open OpenCL library on this device - dlopen failed: library "libOpenCL.so" not found\n${notApplied('GPU')}`;
      return `QnnDsp <E> DspTransport.openSession qnn_open failed, 0x80000406, prio 100\n${disallowed}`;
    default:
      return undefined;
  }
}

/** Of LiteRT's benchmark_model, where it would compile and dispatch. */
export function dispatchComplaint(
  defect: ToolDefect | undefined,
  unit: Unit,
  flags: string,
): Complaint | undefined {
  if (unit === 'cpu') return undefined;
  switch (defect) {
    case 'old-tools':
      return { errors: `WARN: Unconsumed cmdline flags: ${flags}\n${disallowed}`, status: 1 };
    case 'no-dsp-libraries':
      return unit !== 'npu'
        ? undefined
        : {
            errors:
              'ERROR: [qnn_manager.cc:146] Failed to load qnn shared library from "libQnnHtp.so": dlopen failed: library "libQnnHtpV73Stub.so" not found\nERROR: [compiled_model.cc:1319] Failed to apply compiler plugins: \nERROR: Benchmarking failed.\n',
            status: 1,
          };
    case 'mixed-libraries':
      return unit !== 'npu'
        ? undefined
        : {
            errors:
              'INFO: [compiled_model.cc:1323] 1 compiler plugins were applied successfully: Qualcomm\nBus error \n',
            status: 135,
          };
    case 'no-accelerator':
      return {
        errors: `WARNING: [${unit}_registry.cc:34] ${unit.toUpperCase()} accelerator could not be loaded and registered: kLiteRtStatusErrorInvalidArgument.\nERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated.\nERROR: Benchmarking failed.\n`,
        status: 1,
      };
    default:
      return undefined;
  }
}

/** Whether the accelerator takes the model and then fails in running it. */
export function failsInRunning(defect: ToolDefect | undefined, unit: Unit): boolean {
  return defect === 'dsp-fails' && (unit === 'npu' || unit === 'dsp');
}
