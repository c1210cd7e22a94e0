import { assert } from '../../common/assert';
import { batchedGraph } from '../../model/execute/batched';
import { createGraphSession } from '../../model/execute/graph_session';
import type { InferenceSession, SessionTuning } from '../../model/execute/session';
import { elementCount, type Graph } from '../../model/onnx/graph';
import { channelsFirst, channelsLast } from '../data/normalize';
import type { BatchValues } from '../engine/engine';

/** Runs a part of a network on any number of samples, by ONNX Runtime; images go in and come out NHWC, as the engine has them. */
export interface GraphRunner {
  run(input: BatchValues): Promise<BatchValues>;
  close(): Promise<void>;
}

/** More at once do not run faster on a core. */
const samplesAtOnce = 32;
const tuning: SessionTuning = { threads: 1, optimization: 'all' };

interface BatchSession {
  readonly session: InferenceSession;
  readonly samples: number;
}

export async function openGraphRunner(graph: Graph): Promise<GraphRunner> {
  const batched = batchedGraph(graph, samplesAtOnce);
  const whole: BatchSession = {
    session: await createGraphSession(batched ?? graph, tuning),
    samples: batched === undefined ? 1 : samplesAtOnce,
  };
  const [input, output] = [graph.inputs[0], graph.outputs[0]];
  assert(input?.shape != null && output?.shape != null, 'a part of a network has fixed shapes');
  const ends: Ends = { inputShape: input.shape.map(Number), outputShape: output.shape.map(Number) };
  return {
    run: async (values) => {
      const count = values.shape[0] ?? 0;
      const outputs: Float32Array[] = [];
      for (let from = 0; from < count; from += whole.samples)
        outputs.push(
          await runSome(whole, ends, {
            values,
            from,
            count: Math.min(whole.samples, count - from),
          }),
        );
      return joined(outputs, count, ends.outputShape);
    },
    close: () => whole.session.release(),
  };
}

interface Ends {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

/** The last few are filled up to a whole batch. */
async function runSome(
  { session, samples }: BatchSession,
  { inputShape, outputShape }: Ends,
  {
    values,
    from,
    count,
  }: { readonly values: BatchValues; readonly from: number; readonly count: number },
): Promise<Float32Array> {
  const each = elementCount(inputShape);
  const data = new Float32Array(samples * each);
  data.set(inOnnxOrder(values.data.subarray(from * each, (from + count) * each), inputShape));
  const [name = ''] = session.inputNames;
  const shape = samples === 1 ? inputShape : [samples, ...inputShape.slice(1)];
  const results = await session.run(new Map([[name, { shape, data }]]));
  const result = results.get(session.outputNames[0] ?? '');
  assert(result !== undefined, 'a session gives its output');
  return inBackendOrder(result.data.subarray(0, count * elementCount(outputShape)), outputShape);
}

function inOnnxOrder(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 4) return data;
  const [, channels = 1, height = 1, width = 1] = shape;
  return channelsFirst(data, [data.length / (channels * height * width), height, width, channels]);
}

function inBackendOrder(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 4) return data.slice();
  const [, channels = 1, height = 1, width = 1] = shape;
  return channelsLast(data, [data.length / (channels * height * width), channels, height, width]);
}

function joined(
  outputs: readonly Float32Array[],
  count: number,
  shape: readonly number[],
): BatchValues {
  const data = new Float32Array(count * elementCount(shape));
  let from = 0;
  for (const output of outputs) {
    data.set(output, from);
    from += output.length;
  }
  return { data, shape: [count, ...shapeOfSample(shape)] };
}

/** Without the batch of 1, in the backend's order; tokens have none. */
export function shapeOfSample(shape: readonly number[]): readonly number[] {
  if (shape.length === 4) return [shape[2] ?? 1, shape[3] ?? 1, shape[1] ?? 1];
  return shape.length === 2 && shape[0] !== 1 ? shape : shape.slice(1);
}
