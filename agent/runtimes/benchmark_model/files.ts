import { benchmarkBinary, tfliteLibraries, tfliteQnnLibraries } from '../tflite_benchmark/files';
import type { ToolPart } from '../tool/tool_set';

export const benchmarkModelBundle = 'tflite';

/** What QNN's delegate is called on the phone, and in the command line. */
export const qnnDelegateName = 'libQnnTFLiteDelegate.so';

const binary: ToolPart = {
  ...benchmarkBinary,
  what: 'benchmark_model',
  is: (tool) => !tool.isLitert,
};

/** By what the delegates of a unit need. */
export const benchmarkModelParts = {
  own: [binary, tfliteLibraries],
  hexagon: [
    binary,
    tfliteLibraries,
    {
      field: 'tools.tflite.hexagonLibraries',
      what: 'libhexagon_interface.so and libhexagon_nn_skel*.so',
    },
  ],
  qnn: [
    binary,
    tfliteLibraries,
    { field: 'tools.tflite.qnnDelegate', what: qnnDelegateName, fileName: qnnDelegateName },
    tfliteQnnLibraries,
  ],
} as const satisfies Record<string, readonly [ToolPart, ...ToolPart[]]>;
