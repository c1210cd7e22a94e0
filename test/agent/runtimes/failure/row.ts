export const disallowed = 'ERROR: Disallowed CPU fallback detected.\nERROR: Benchmarking failed.\n';
export const notApplied = (delegate: string): string =>
  `ERROR: Failed to apply ${delegate} delegate.\nERROR: Benchmarking failed.\n`;
export const fallback =
  'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.\n';
export const qnn = (line: string): string =>
  `2026-11-02 09:30:11.125 [E:onnxruntime:Default, qnn_backend_manager.cc:251 QnnLogging] QnnDsp <E> ${line}\n`;
/**
 * What tools print when they fail, in lines rewritten after the sources and the public reports that are named: the code
 * of the fault, the story, the offer, the exit status, the text.
 */
export type Row = readonly [
  code: string,
  name: string,
  offer: string,
  exitCode: number,
  text: string,
];
export const ort = 'onnxruntime/npu/int8';
export const npu = 'tflite/npu/int8';
export const dsp = 'tflite/dsp/int8';
export const nnapi = 'tflite/nnapi/int8';
export const gpu = 'tflite/gpu/float16';
export const cpu = 'tflite/cpu/int8';
