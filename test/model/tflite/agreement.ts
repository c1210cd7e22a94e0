import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ownValue } from '../../../common/own_value';
import type { FloatTensor } from '../../../model/execute/session';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { writeTflite } from '../../../model/tflite/write';
import type { RunLiteRt } from './litert_runner';

/** ONNX Runtime's level of graph optimization. */
type Optimization = 'basic' | 'all';

type Inputs = ReadonlyMap<string, FloatTensor>;

/** One input's outputs in both runtimes, in TFLite's order. */
export interface Agreement {
  readonly expected: Float32Array;
  readonly actual: Float32Array;
  /** Difference of each element in steps of the output's encoding. */
  readonly steps: readonly number[];
}

/**
 * Runs a QDQ graph in ONNX Runtime and, as TFLite, in LiteRT on the same inputs. ONNX Runtime runs with all its
 * optimizations unless told otherwise, as it does by default: its kernels then work on the integers, as TFLite's do, while unoptimized it would
 * sum convolutions in float32, which now and then rounds the other way.
 */
export async function compareRuntimes(
  graph: Graph,
  samples: readonly Inputs[],
  runLiteRt: RunLiteRt,
  optimization: Optimization = 'all',
): Promise<readonly Agreement[]> {
  const file = writeTflite(graph);
  if (!file.ok) throw new Error(file.error);
  const expected = await runOnnxRuntime(graph, samples, optimization);
  const actual = await runLiteRt(
    file.value,
    samples.map((inputs) => graph.inputs.map(({ name }) => toChannelsLast(inputs.get(name)!))),
  );
  const scale = outputScale(graph);
  return expected.map((values, index) => {
    const other = actual[index]!;
    if (other.length !== values.length)
      throw new Error(`LiteRT gave ${other.length} values, ONNX Runtime ${values.length}`);
    return {
      expected: values,
      actual: other,
      steps: Array.from(values, (value, element) => Math.abs(value - other[element]!) / scale),
    };
  });
}

async function runOnnxRuntime(
  graph: Graph,
  samples: readonly Inputs[],
  optimization: Optimization,
): Promise<readonly Float32Array[]> {
  const session = await InferenceSession.create(writeOnnx(graph), {
    graphOptimizationLevel: optimization,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const results: Float32Array[] = [];
  for (const inputs of samples) {
    const made = await session.run(
      Object.fromEntries(
        [...inputs].map(([name, { shape, data }]) => [name, new Tensor('float32', data, shape)]),
      ),
    );
    const { data, dims } = ownValue(made, graph.outputs[0]!.name)!;
    results.push(toChannelsLast({ shape: dims, data: data as Float32Array }));
  }
  await session.release();
  return results;
}

/** Images as TFLite wants them. */
export function toChannelsLast({ shape, data }: FloatTensor): Float32Array {
  if (shape.length !== 4) return data;
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const pixels = height * width;
  const result = new Float32Array(data.length);
  let to = 0;
  for (let image = 0; image < batch; image += 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1)
      for (let channel = 0; channel < channels; channel += 1)
        result[to++] = data[(image * channels + channel) * pixels + pixel]!;
  }
  return result;
}

/** Scale of the DequantizeLinear that makes the graph's output. */
export function outputScale(graph: Graph): number {
  const maker = graph.nodes.find((node) => node.outputs.includes(graph.outputs[0]!.name))!;
  return Number(graph.initializers.get(maker.inputs[1]!)!.data[0]);
}

export function largestIndex(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
