import * as onnxruntime from 'onnxruntime-node';
import { ownValue } from '../../common/own_value';
import { BadInputError } from '../../common/bad_input';
import type { ReferringModel } from '../onnx/write';

/** A model loaded into ONNX Runtime on one core, for calibration and checks; benchmarks have their own adapter. */
export interface InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs once. Inputs and outputs are float32 in row-major order. */
  readonly run: (
    inputs: ReadonlyMap<string, FloatTensor>,
  ) => Promise<ReadonlyMap<string, FloatTensor>>;
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

/**
 * Models given here were checked before; what ONNX Runtime refuses all the same is said in one line of its words.
 * @throws BadInputError
 */
export async function createSession(
  model: Uint8Array | ReferringModel,
  tuning: SessionTuning = quickStart,
): Promise<InferenceSession> {
  const { bytes, values }: ReferringModel =
    model instanceof Uint8Array ? { bytes: model, values: [] } : model;
  const session = await translated(
    onnxruntime.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: tuning.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: tuning.optimization,
      logSeverityLevel: silent,
      // The pattern is made at the second run, which allocates all activations anew: sessions here run too few times to gain by it.
      enableMemPattern: false,
      externalData: values.map(({ location, data }) => ({ path: location, data })),
    }),
  );
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs) => {
      const feeds = Object.fromEntries(
        [...inputs].map(([name, { shape, data }]) => [
          name,
          new onnxruntime.Tensor('float32', data, shape),
        ]),
      );
      const results = await translated(session.run(feeds, { logSeverityLevel: silent }));
      return new Map(
        session.outputNames.map((name) => [name, floatTensor(name, ownValue(results, name))]),
      );
    },
    release: () => session.release(),
  };
}

/** Its error says all that it would write to standard error as well. */
const silent = 4;
const longestWords = 300;

async function translated<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const words = (error instanceof Error ? error.message : String(error))
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    throw new BadInputError(`ONNX Runtime refuses the network: ${words.slice(0, longestWords)}`);
  }
}

function floatTensor(name: string, value: unknown): FloatTensor {
  if (value instanceof onnxruntime.Tensor && value.data instanceof Float32Array)
    return { shape: value.dims, data: value.data };
  throw new Error(`output ${name} is not a float32 tensor`);
}
