import type { FetchedTool } from '../tools/tool_source';
import type { Offer, Precision, Runtime, Unit } from '../../common/target';
import { benchmarkLitertModel, litertFolder } from './benchmark_litert_model';
import { benchmarkModel, benchmarkModelFolder } from './benchmark_model';
import { npuSupport } from './hexagon';
import { onnxruntimePerfTest, perfTestFolder } from './onnxruntime_perf_test';
import type { RuntimeAdapter, ToolFile } from './runtime';
import type { KeptTool } from './tool_chest';

/** A tool with what it needs for some units: separate, so that a phone that only runs on its CPU gets no NPU libraries. */
export interface PhoneKit {
  readonly runtime: Runtime;
  readonly precisionsByUnit: Partial<Record<Unit, readonly Precision[]>>;
  /** Where its files lie on the phone, below the work folder. */
  readonly folder: string;
  readonly parts: readonly [KitPart, ...KitPart[]];
  build(files: readonly [ToolFile, ...ToolFile[]], offers: readonly Offer[]): RuntimeAdapter;
}

export interface KitPart {
  readonly field: string;
  /** What it is, for the line that says that it is missing. */
  readonly what: string;
  /** The name it gets on the phone; without one it keeps its own. */
  readonly fileName?: string;
  readonly executable?: true;
  readonly optional?: true;
  /** What `farm tools fetch` brings it with. */
  readonly fetchedWith?: FetchedTool;
  /** Which of the field's files it is, where they are of different kinds. */
  readonly is?: (tool: KeptTool) => boolean;
}

/** Ways to the same targets, the preferred first: one of them is enough. */
export interface KitChoice {
  readonly fits: (soc: string) => boolean;
  readonly kits: readonly [PhoneKit, ...PhoneKit[]];
}

const benchmarkField = {
  field: 'tools.tflite.benchmarkModel',
  fileName: 'benchmark_model',
  executable: true,
} as const;
const tfliteBinary: KitPart = {
  ...benchmarkField,
  what: 'benchmark_model',
  is: (tool) => !tool.isLitert,
};
const litertBinary: KitPart = {
  ...benchmarkField,
  what: "LiteRT's benchmark_model",
  fetchedWith: 'litert',
  is: (tool) => tool.isLitert,
};
const tfliteLibraries: KitPart = {
  field: 'tools.tflite.libraries',
  what: 'libraries of benchmark_model',
  optional: true,
};
const tfliteQnn: KitPart = {
  field: 'tools.tflite.qnnLibraries',
  what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK",
  fetchedWith: 'qairt',
};
const perfTest: KitPart = {
  field: 'tools.onnxruntime.perfTest',
  what: 'onnxruntime_perf_test',
  fileName: 'onnxruntime_perf_test',
  executable: true,
};
const perfTestLibraries: KitPart = {
  field: 'tools.onnxruntime.libraries',
  what: 'libonnxruntime.so',
  optional: true,
};

function tfliteKit(
  precisionsByUnit: PhoneKit['precisionsByUnit'],
  ...parts: readonly KitPart[]
): PhoneKit {
  return {
    runtime: 'tflite',
    precisionsByUnit,
    folder: benchmarkModelFolder,
    parts: [tfliteBinary, tfliteLibraries, ...parts],
    build: benchmarkModel,
  };
}

function litertKit(
  precisionsByUnit: PhoneKit['precisionsByUnit'],
  ...parts: readonly KitPart[]
): PhoneKit {
  return {
    runtime: 'tflite',
    precisionsByUnit,
    folder: litertFolder,
    parts: [litertBinary, tfliteLibraries, ...parts],
    build: benchmarkLitertModel,
  };
}

function onnxruntimeKit(
  precisionsByUnit: PhoneKit['precisionsByUnit'],
  ...parts: readonly KitPart[]
): PhoneKit {
  return {
    runtime: 'onnxruntime',
    precisionsByUnit,
    folder: perfTestFolder,
    parts: [perfTest, perfTestLibraries, ...parts],
    build: onnxruntimePerfTest,
  };
}

const hasHtp = (soc: string): boolean => ['htp', 'unknown'].includes(npuSupport(soc));
const hasDsp = (soc: string): boolean => ['dsp', 'unknown'].includes(npuSupport(soc));
const anySoc = (): boolean => true;

const npuPrecisions = { npu: ['int8', 'w8a16', 'float16'] } as const;
const cpuAndGpu = {
  cpu: ['int8', 'w8a16', 'float32'],
  gpu: ['float16', 'float32', 'int8'],
} as const;

export const kitChoices: readonly KitChoice[] = [
  { fits: anySoc, kits: [tfliteKit(cpuAndGpu), litertKit(cpuAndGpu)] },
  // The accelerator is asked for by Qualcomm's name, so that NNAPI's own CPU code cannot answer.
  {
    fits: (soc) => npuSupport(soc) !== 'none',
    kits: [tfliteKit({ nnapi: ['int8', 'float16', 'float32'] })],
  },
  {
    fits: hasDsp,
    kits: [
      tfliteKit(
        { dsp: ['int8'] },
        {
          field: 'tools.tflite.hexagonLibraries',
          what: 'libhexagon_interface.so and libhexagon_nn_skel*.so',
        },
      ),
    ],
  },
  {
    fits: hasHtp,
    kits: [
      litertKit(
        npuPrecisions,
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
        tfliteQnn,
      ),
      tfliteKit(
        npuPrecisions,
        {
          field: 'tools.tflite.qnnDelegate',
          what: 'libQnnTFLiteDelegate.so',
          fileName: 'libQnnTFLiteDelegate.so',
        },
        tfliteQnn,
      ),
    ],
  },
  {
    fits: anySoc,
    kits: [
      onnxruntimeKit({ cpu: ['int8', 'w8a16', 'float32'], 'cpu-xnnpack': ['int8', 'float32'] }),
    ],
  },
  {
    fits: hasHtp,
    kits: [
      onnxruntimeKit(
        npuPrecisions,
        {
          field: 'tools.onnxruntime.qnnPlugin',
          what: 'libonnxruntime_providers_qnn.so',
          optional: true,
        },
        {
          field: 'tools.onnxruntime.qnnLibraries',
          what: "libQnnHtp.so and the libraries it loads, from Qualcomm's SDK",
        },
      ),
    ],
  },
];
