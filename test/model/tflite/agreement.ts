import { createSession } from '../../../model/execute/session';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { writeTflite } from '../../../model/tflite/write';
import type { RunLiteRt } from './litert_environment';

declare global {
  // eslint has no say here: a global of the environment ./litert_environment.ts.
  var runLiteRt: RunLiteRt;
}

export interface Agreement {
  readonly expected: Float32Array;
  readonly actual: Float32Array;
  /** Difference of each element in steps of the output's encoding. */
  readonly steps: readonly number[];
}

/** Channels last, as TFLite wants images. */
export function toChannelsLast(values: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 4) return values;
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const result = new Float32Array(values.length);
  let to = 0;
  for (let n = 0; n < batch; n += 1) for (let pixel = 0; pixel < height * width; pixel += 1) for (let c = 0; c < channels; c += 1) result[to++] = values[(n * channels + c) * height * width + pixel]!;
  return result;
}

/** Scale of the DequantizeLinear that makes the graph's output. */
export function outputScale(graph: Graph): number {
  const maker = graph.nodes.find((node) => node.outputs.includes(graph.outputs[0]!.name))!;
  return Number(graph.initializers.get(maker.inputs[1]!)!.data[0]);
}

/** Runs a QDQ graph in ONNX Runtime and, as TFLite, in LiteRT on the same inputs. */
export async function compareRuntimes(graph: Graph, inputs: readonly Float32Array[]): Promise<Agreement> {
  const shapes = graph.inputs.map((input) => input.shape!.map(Number));
  const session = await createSession(writeOnnx(graph));
  const results = await session.run(new Map(graph.inputs.map((input, index) => [input.name, { shape: shapes[index]!, data: inputs[index]! }])));
  await session.release();
  const output = results.get(graph.outputs[0]!.name)!;
  const expected = toChannelsLast(output.data, output.shape);
  const file = writeTflite(graph);
  if (!file.ok) throw new Error(file.error);
  const [actual] = await globalThis.runLiteRt(file.value, inputs.map((values, index) => toChannelsLast(values, shapes[index]!)));
  const scale = outputScale(graph);
  if (actual?.length !== expected.length) throw new Error(`LiteRT gave ${actual?.length} values, ONNX Runtime ${expected.length}`);
  return { expected, actual, steps: Array.from(expected, (value, index) => Math.abs(value - actual[index]!) / scale) };
}
