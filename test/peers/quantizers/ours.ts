import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { toAimet } from '../../../model/quantize/aimet/to_aimet';
import type { AimetEncodings } from '../../../model/quantize/aimet/aimet_encoding';
import { createSession } from '../../../model/execute/session';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx, writeReferringOnnx } from '../../../model/onnx/write';
import { onlyInput } from '../../../model/quantize/ranges/calibrate';
import { extremesOf } from '../../../model/quantize/ranges/extremes';
import { encodingsFromRanges } from '../../../model/quantize/choice/network_encodings';
import { observedActivations } from '../../../model/quantize/placement/observed';
import {
  defaultQuantization,
  type QuantizationOptions,
} from '../../../model/quantize/options/options';
import { quantizePostTraining, type PostTraining } from '../../../model/quantize/post_training';
import { planQuantization } from '../../../model/quantize/quantize';
import type { RangeMethod } from '../../../model/quantize/ranges/range_search';
import { targetRules } from '../../../model/quantize/options/target_rules';

/** One row of the farm's. */
export interface Way {
  readonly method: RangeMethod;
  readonly further?: Partial<PostTraining>;
  /** The tools that do the same. */
  readonly peers: readonly string[];
}

/** What AIMET does where the rules for phones and TFLite's specification want something else: Softmax is calibrated, ties stay, weights may be -128. */
export const aimetScheme: QuantizationOptions = {
  ...defaultQuantization,
  rules: targetRules.host,
  weightMethod: 'full-range',
};

export const aimetWay = "farm min-max, AIMET's scheme";

export const ways: Readonly<Record<string, Way>> = {
  'farm min-max': { method: { kind: 'min-max' }, peers: ['ort-min-max', 'aimet-min_max'] },
  'farm percentile': {
    method: { kind: 'percentile', percentile: 99.999 },
    peers: ['ort-percentile'],
  },
  'farm mse': { method: { kind: 'mse' }, peers: [] },
  'farm sqnr': { method: { kind: 'sqnr' }, peers: ['aimet-tf_enhanced'] },
  [aimetWay]: {
    method: { kind: 'min-max' },
    further: { options: aimetScheme },
    peers: ['aimet-min_max'],
  },
  "farm sqnr, AIMET's scheme": {
    method: { kind: 'sqnr' },
    further: { options: aimetScheme },
    peers: ['aimet-tf_enhanced'],
  },
  'farm min-max, biases corrected': {
    method: { kind: 'min-max' },
    further: { biasCorrection: 'empirical' },
    peers: [],
  },
};

export interface Ours {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly onnx: Uint8Array;
  readonly encodings: AimetEncodings;
}

/** From the float graph in memory to the file's bytes. */
export async function quantizeOurs(
  graph: Graph,
  samples: readonly Float32Array[],
  { method, further = {} }: Omit<Way, 'peers'>,
): Promise<Ours> {
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  const calibration = {
    data: { kind: 'given', samples },
    method,
    threads: os.availableParallelism(),
    onSample: () => undefined,
  } as const;
  const network = await quantizePostTraining(graph, {
    options: defaultQuantization,
    calibration,
    equalize: false,
    biasCorrection: null,
    given: null,
    ...further,
  });
  const onnx = writeOnnx(network.quantized);
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    seconds: (performance.now() - startedMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
    onnx,
    encodings: toAimet(network.float, network.encodings),
  };
}

/** By AIMET's scheme, and calibrated with ONNX Runtime's plain kernels as AIMET does: those that `farm quantize` calibrates with sum in another order. */
export async function encodingsUnderEqualConditions(
  graph: Graph,
  samples: readonly Float32Array[],
): Promise<AimetEncodings> {
  const placement = planQuantization(graph, aimetScheme);
  const extremes = extremesOf(graph, observedActivations(graph, placement));
  const { name, shape } = onlyInput(graph);
  const session = await createSession(writeReferringOnnx(extremes.graph));
  for (const data of samples)
    extremes.take({ shape, data }, await session.run(new Map([[name, { shape, data }]])));
  await session.release();
  return toAimet(
    graph,
    encodingsFromRanges(graph, placement, { ranges: extremes.ranges(), options: aimetScheme }),
  );
}
