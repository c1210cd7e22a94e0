import type { ToolPart } from '../tool/tool_set';

/** What both benchmark_models are on the phone. */
export const benchmarkBinary = {
  field: 'tools.tflite.benchmarkModel',
  fileName: 'benchmark_model',
  executable: true,
} as const satisfies Partial<ToolPart>;

export const tfliteLibraries: ToolPart = {
  field: 'tools.tflite.libraries',
  what: 'libraries of benchmark_model',
  optional: true,
};

export const tfliteQnnLibraries: ToolPart = {
  field: 'tools.tflite.qnnLibraries',
  what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK",
  fetchedWith: 'qairt',
};
