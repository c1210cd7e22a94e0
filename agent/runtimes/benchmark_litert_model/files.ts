import { benchmarkBinary, tfliteLibraries, tfliteQnnLibraries } from '../tflite_benchmark/files';
import type { ToolPart } from '../tool/tool_set';

export const benchmarkLitertModelBundle = 'litert';

const binary: ToolPart = {
  ...benchmarkBinary,
  what: "LiteRT's benchmark_model",
  fetchedWith: 'litert',
  is: (tool) => tool.isLitert,
};

/** For CPU and GPU, and for the NPU. */
export const benchmarkLitertModelParts = {
  own: [binary, tfliteLibraries],
  npu: [
    binary,
    tfliteLibraries,
    {
      field: 'tools.tflite.dispatchLibrary',
      what: 'libLiteRtDispatch_Qualcomm.so',
      fetchedWith: 'litert',
    },
    {
      field: 'tools.tflite.compilerPlugin',
      what: 'libLiteRtCompilerPlugin_Qualcomm.so',
      fetchedWith: 'litert',
    },
    tfliteQnnLibraries,
  ],
} as const satisfies Record<string, readonly [ToolPart, ...ToolPart[]]>;
