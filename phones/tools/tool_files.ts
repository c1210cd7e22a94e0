import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the files lie, in the shape of an agent's `tools:`. */
export interface VirtualToolPaths {
  readonly tflite: {
    readonly benchmarkModel: string;
    readonly dispatchLibrary?: string;
    readonly compilerPlugin?: string;
    readonly qnnDelegate?: string;
    readonly qnnLibraries: string[];
    readonly hexagonLibraries: string[];
  };
  readonly onnxruntime: {
    readonly perfTest: string;
    readonly libraries: string[];
    readonly qnnLibraries: string[];
  };
}

/**
 * Writes what an agent pushes to virtual phones: files that are nothing but a name, since a virtual phone brings the
 * behaviour itself. On a real phone they only say what they are. `benchmark` says whose benchmark_model. Idempotent.
 */
export async function writeVirtualTools(
  folder: string,
  benchmark: 'tflite' | 'litert' = 'tflite',
): Promise<VirtualToolPaths> {
  const write = async (name: string, about = ''): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(
      path,
      `#!/system/bin/sh\n# ${name}, virtual: only a virtual phone of Pareto Farm runs it.${about}\necho "${name}: this is the virtual phones' stand-in; a real phone needs the real tool" >&2\nexit 126\n`,
    );
    await chmod(path, 0o755);
    return path;
  };
  const qnnLibraries = [await write('libQnnHtp.so')];
  const hexagonLibraries = [
    await write('libhexagon_interface.so'),
    await write('libhexagon_nn_skel.so'),
  ];
  const tflite =
    benchmark === 'tflite'
      ? {
          benchmarkModel: await write('benchmark_model'),
          qnnDelegate: await write('libQnnTFLiteDelegate.so'),
        }
      : {
          benchmarkModel: await write('litert/benchmark_model', ` ${litertMark}`),
          dispatchLibrary: await write('libLiteRtDispatch_Qualcomm.so'),
          compilerPlugin: await write('libLiteRtCompilerPlugin_Qualcomm.so'),
        };
  return {
    tflite: { ...tflite, qnnLibraries, hexagonLibraries },
    onnxruntime: { perfTest: await write('onnxruntime_perf_test'), libraries: [], qnnLibraries },
  };
}

/** A flag that stands in LiteRT's benchmark_model only, by which agents and virtual phones tell it from TFLite's. */
export const litertMark = '--dispatch_library_path';
