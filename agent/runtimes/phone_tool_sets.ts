import { npuSupport } from '../device/android/hexagon';
import { benchmarkLitertModel } from './benchmark_litert_model/adapter';
import {
  benchmarkLitertModelBundle,
  benchmarkLitertModelParts,
} from './benchmark_litert_model/files';
import { benchmarkModel } from './benchmark_model/adapter';
import { benchmarkModelBundle, benchmarkModelParts } from './benchmark_model/files';
import { onnxruntimePerfTest } from './onnxruntime_perf_test/adapter';
import { perfTestBundle, perfTestParts } from './onnxruntime_perf_test/files';
import type { ToolSet } from './tool/tool_set';

/** Ways to the same targets, the preferred first: one of them is enough. */
export interface ToolSetChoice {
  readonly fits: (soc: string) => boolean;
  readonly sets: readonly [ToolSet, ...ToolSet[]];
}

type Precisions = ToolSet['precisionsByUnit'];

function benchmarkModelSet(
  needs: keyof typeof benchmarkModelParts,
  precisionsByUnit: Precisions,
): ToolSet {
  return {
    runtime: 'tflite',
    precisionsByUnit,
    bundleName: benchmarkModelBundle,
    parts: benchmarkModelParts[needs],
    build: benchmarkModel,
  };
}

function benchmarkLitertModelSet(
  needs: keyof typeof benchmarkLitertModelParts,
  precisionsByUnit: Precisions,
): ToolSet {
  return {
    runtime: 'tflite',
    precisionsByUnit,
    bundleName: benchmarkLitertModelBundle,
    parts: benchmarkLitertModelParts[needs],
    build: benchmarkLitertModel,
  };
}

function perfTestSet(needs: keyof typeof perfTestParts, precisionsByUnit: Precisions): ToolSet {
  return {
    runtime: 'onnxruntime',
    precisionsByUnit,
    bundleName: perfTestBundle,
    parts: perfTestParts[needs],
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

/** All that a phone can be offered, by what its SoC has. */
export const toolSetChoices: readonly ToolSetChoice[] = [
  {
    fits: anySoc,
    sets: [benchmarkModelSet('own', cpuAndGpu), benchmarkLitertModelSet('own', cpuAndGpu)],
  },
  // The accelerator is asked for by Qualcomm's name, so that NNAPI's own CPU code cannot answer.
  {
    fits: (soc) => npuSupport(soc) !== 'none',
    sets: [benchmarkModelSet('own', { nnapi: ['int8', 'float16', 'float32'] })],
  },
  { fits: hasDsp, sets: [benchmarkModelSet('hexagon', { dsp: ['int8'] })] },
  {
    fits: hasHtp,
    sets: [benchmarkLitertModelSet('npu', npuPrecisions), benchmarkModelSet('qnn', npuPrecisions)],
  },
  {
    fits: anySoc,
    sets: [
      perfTestSet('own', { cpu: ['int8', 'w8a16', 'float32'], 'cpu-xnnpack': ['int8', 'float32'] }),
    ],
  },
  { fits: hasHtp, sets: [perfTestSet('qnn', npuPrecisions)] },
];
