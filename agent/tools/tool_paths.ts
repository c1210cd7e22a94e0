import { accessSync, constants, statSync } from 'node:fs';
import { z } from 'zod';
import { systemErrorCode } from '../../platform/files/system_error';

const path = z.string().min(1, 'expected the path of a file');

/** More libraries than any SDK has; a longer list is a mistake. */
const paths = z.array(path).max(100).default([]);

/** `tools:` in the agent's YAML: where the operator keeps the tools that phones need (docs/phones.md says where each is had). */
export const toolPathsSchema = z
  .strictObject({
    tflite: z
      .strictObject({
        /** TFLite's benchmark_model with delegates, LiteRT's newer one, or both: which is which, the agent finds out. */
        benchmarkModel: z
          .union([path, z.array(path).max(2)], 'expected the path of a file, or a list of two')
          .optional(),
        /** What the binaries load beside these, such as libLiteRt.so or a GPU accelerator. */
        libraries: paths,
        /** libLiteRtDispatch_Qualcomm.so, for `npu` with LiteRT's benchmark_model. */
        dispatchLibrary: path.optional(),
        /** libLiteRtCompilerPlugin_Qualcomm.so, for `npu` with LiteRT's benchmark_model. */
        compilerPlugin: path.optional(),
        /** libQnnTFLiteDelegate.so, for `npu` with TFLite's benchmark_model. */
        qnnDelegate: path.optional(),
        /** libQnnHtp.so and what it loads, for `npu` with either. */
        qnnLibraries: paths,
        /** libhexagon_interface.so and libhexagon_nn_skel*.so, for `dsp`. */
        hexagonLibraries: paths,
      })
      .prefault({}),
    onnxruntime: z
      .strictObject({
        perfTest: path.optional(),
        /** libonnxruntime.so, where the tool is linked to it. */
        libraries: paths,
        /** libonnxruntime_providers_qnn.so, where QNN's provider is a plugin and not in the binary (2.0 and newer). */
        qnnPlugin: path.optional(),
        /** libQnnHtp.so and what it loads, for `npu`. */
        qnnLibraries: paths,
      })
      .prefault({}),
  })
  .prefault({});

export type ToolPaths = z.infer<typeof toolPathsSchema>;

export interface ConfiguredTool {
  /** The YAML field, for messages. */
  readonly field: string;
  readonly path: string;
}

/** Every path of the configuration, with the field that names it. */
export function configuredTools(paths: ToolPaths): ConfiguredTool[] {
  return Object.entries(paths).flatMap(([runtime, fields]) =>
    Object.entries(fields).flatMap(([name, value]) =>
      [value]
        .flat()
        .flatMap((each) =>
          each === undefined ? [] : [{ field: `tools.${runtime}.${name}`, path: each }],
        ),
    ),
  );
}

/** One line for each configured path that is no readable file, naming its YAML field. */
export function toolPathProblems(paths: ToolPaths): string[] {
  return configuredTools(paths).flatMap((tool) => toolFileProblem(tool) ?? []);
}

/** One line that names the field when the path is no readable file; null when it is one. */
export function toolFileProblem({ field, path: file }: ConfiguredTool): string | null {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile()
      ? null
      : `${field}: ${file} is no file; give the path of the tool (docs/phones.md)`;
  } catch (error) {
    return `${field}: ${file} cannot be read (${systemErrorCode(error)}); give the path of the tool (docs/phones.md)`;
  }
}
