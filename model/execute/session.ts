import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ownValue } from '../../common/own_value';
import type { ReferringModel } from '../onnx/write';

/** A model loaded into ONNX Runtime on one core, for calibration and checks; benchmarks have their own adapter. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs once. Inputs and outputs are float32 in row-major order. */
  readonly run: (inputs: ReadonlyMap<string, FloatTensor>) => Promise<ReadonlyMap<string, FloatTensor>>;
  /** Frees the native memory; the session cannot be used afterwards. */
  readonly release: () => Promise<void>;
}

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface SessionTuning {
  readonly threads: number;
  /** `basic` starts fast; `all` runs fast: it also lays tensors out for this CPU, so the last digits may differ between machines. */
  readonly optimization: 'basic' | 'all';
}

/** One core: the farm's other work keeps its cores, and sums come in equal order on every machine. */
const quickStart: SessionTuning = { threads: 1, optimization: 'basic' };

/** @throws Error with ONNX Runtime's words when it refuses the model: models given here were checked before. */
export async function createSession(model: Uint8Array | ReferringModel, tuning: SessionTuning = quickStart): Promise<Session> {
  const { bytes, values }: ReferringModel = model instanceof Uint8Array ? { bytes: model, values: [] } : model;
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: tuning.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: tuning.optimization,
    logSeverityLevel: 3,
    // The pattern is made at the second run, which allocates all activations anew: sessions here run too few times to gain by it.
    enableMemPattern: false,
    externalData: values.map(({ location, data }) => ({ path: location, data })),
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs) => {
      const feeds = Object.fromEntries([...inputs].map(([name, { shape, data }]) => [name, new Tensor('float32', data, shape)]));
      const results = await session.run(feeds);
      return new Map(session.outputNames.map((name) => [name, floatTensor(name, ownValue(results, name))]));
    },
    release: () => session.release(),
  };
}

function floatTensor(name: string, value: unknown): FloatTensor {
  if (value instanceof Tensor && value.data instanceof Float32Array) return { shape: value.dims, data: value.data };
  throw new Error(`output ${name} is not a float32 tensor`);
}
