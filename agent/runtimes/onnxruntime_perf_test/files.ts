import type { ToolFile } from '../tool/tool_bundle';
import type { ToolPart } from '../tool/tool_set';

export const perfTestBundle = 'onnxruntime';

const own = [
  {
    field: 'tools.onnxruntime.perfTest',
    what: 'onnxruntime_perf_test',
    fileName: 'onnxruntime_perf_test',
    executable: true,
  },
  { field: 'tools.onnxruntime.libraries', what: 'libonnxruntime.so', optional: true },
] as const satisfies readonly ToolPart[];

/** For the CPU's providers, and for QNN's. */
export const perfTestParts = {
  own,
  qnn: [
    ...own,
    {
      field: 'tools.onnxruntime.qnnPlugin',
      what: 'libonnxruntime_providers_qnn.so',
      optional: true,
    },
    {
      field: 'tools.onnxruntime.qnnLibraries',
      what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK",
    },
  ],
} as const satisfies Record<string, readonly [ToolPart, ...ToolPart[]]>;

/** The name of QNN's provider where it is a plugin and not in the binary. */
export function qnnPluginAmong(files: readonly ToolFile[]): string | undefined {
  return files.map(({ name }) => name).find((name) => /providers_qnn\b.*\.so/.test(name));
}
