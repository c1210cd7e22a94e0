import { createSession, type FloatTensor } from '../../execute/session';
import { sizeBytes, type Graph } from '../../onnx/graph';
import { inferShapes } from '../../onnx/shapes/shape_inference';
import { writeOnnx } from '../../onnx/write';
import type { CorrectedGraph, QuantizedPair } from './bias_correction';
import {
  channelAxis,
  channelMeans,
  forEachChannelRun,
  measureSampleMeans,
  type Feeds,
} from './moments';
import {
  quantizedLayers,
  shiftedBias,
  withBiasIntegers,
  type QuantizedLayer,
} from './quantized_layer';
import { segmentGraph, segmentsOf, type GraphSegment } from './segments';

/** What the samples' tensors may take while layers are corrected one by one: a mean needs few samples, not much memory. */
const mostKeptBytes = 2 ** 29;

/**
 * Empirical bias correction (Nagel et al., A White Paper on Neural Network Quantization, 2021, section 3.3): layer by layer
 * in execution order, the bias loses what the quantized network's pre-activation has more than the float one's on average,
 * per output channel, with all earlier layers corrected, as far as the samples agree on it (certainShift). The quantized network is run once, in segments, with the tensors
 * between them kept: of many samples of a large network only as many as fit are used.
 */
export async function correctBiasesEmpirically(
  { float, quantized }: QuantizedPair,
  samples: readonly Feeds[],
): Promise<CorrectedGraph> {
  const floatOutputs = new Map(float.nodes.map((node) => [node.name, node.outputs[0] ?? '']));
  const layers = quantizedLayers(quantized).filter((layer) => floatOutputs.has(layer.node.name));
  const segments = segmentsOf(quantized, layers.map(outputOf));
  const used = samples.slice(0, samplesThatFit(quantized, segments));
  const expected = await measureSampleMeans(
    float,
    new Map(layers.map(({ node }) => [floatOutputs.get(node.name) ?? '', channelAxis(node)])),
    used,
  );
  const runs = used.map((feeds) => new Map(feeds));
  const biases = new Map<string, Int32Array>();
  const corrected: { layer: string; largestShift: number }[] = [];
  for (const [index, segment] of segments.entries()) {
    const layer = layers[index];
    const means = expected.get(floatOutputs.get(layer?.node.name ?? '') ?? '');
    if (layer === undefined || means === undefined) continue;
    await runSegment(quantized, segment, runs);
    const shift = certainShift(errorsOf(runs, layer, means));
    const integers = shiftedBias(layer.bias, shift);
    biases.set(layer.bias.name, integers);
    for (const run of runs) addToChannels(run, layer, integers);
    for (const run of runs) segment.finished.forEach((name) => run.delete(name));
    corrected.push({
      layer: layer.node.name,
      largestShift: shift.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
    });
  }
  return { graph: withBiasIntegers(quantized, biases), corrected };
}

function outputOf({ node }: QuantizedLayer): string {
  return node.outputs[0] ?? '';
}

function samplesThatFit(graph: Graph, segments: readonly GraphSegment[]): number {
  const types = inferShapes(graph);
  if (!types.ok) return 1;
  let [kept, most] = [0, 1];
  const bytes = (name: string): number => {
    const type = types.value.get(name);
    return type === undefined ? 0 : sizeBytes(type);
  };
  for (const input of graph.inputs) kept += bytes(input.name);
  for (const { output, finished } of segments) {
    kept += bytes(output);
    most = Math.max(most, kept);
    for (const name of finished) kept -= bytes(name);
  }
  return Math.max(1, Math.floor(mostKeptBytes / most));
}

/** Adds the segment's output to each run's tensors. */
async function runSegment(
  graph: Graph,
  segment: GraphSegment,
  runs: readonly Map<string, FloatTensor>[],
): Promise<void> {
  const shapes = new Map([...(runs[0] ?? [])].map(([name, { shape }]) => [name, shape]));
  const session = await createSession(writeOnnx(segmentGraph(graph, segment, shapes)));
  try {
    for (const run of runs) {
      const output = (
        await session.run(
          new Map(
            segment.inputs.flatMap((name) => [[name, run.get(name)] as const].filter(isKnown)),
          ),
        )
      ).get(segment.output);
      if (output !== undefined) run.set(segment.output, output);
    }
  } finally {
    await session.release();
  }
}

function isKnown(
  entry: readonly [string, FloatTensor | undefined],
): entry is readonly [string, FloatTensor] {
  return entry[1] !== undefined;
}

/** By how much each channel's mean is larger than the float network's, of each sample. */
function errorsOf(
  runs: readonly ReadonlyMap<string, FloatTensor>[],
  layer: QuantizedLayer,
  expected: readonly Float64Array[],
): readonly Float64Array[] {
  return runs.flatMap((run, sample) => {
    const [output, means] = [run.get(outputOf(layer)), expected[sample]];
    return output === undefined || means === undefined
      ? []
      : [
          channelMeans(output, channelAxis(layer.node)).map(
            (mean, channel) => mean - (means[channel] ?? 0),
          ),
        ];
  });
}

/**
 * The mean error of each channel, less what chance has in it. A layer behind a global pool has one value a sample: the mean of few such errors
 * is mostly chance, and taking it off the bias adds to the error. Its expected square is that of the true mean and of chance, so it is scaled
 * by 1 - (standard error / mean)^2, not below zero (the positive part of James and Stein's estimator, 1961).
 */
export function certainShift(errors: readonly Float64Array[]): Float64Array {
  const count = errors.length;
  const [first = new Float64Array()] = errors;
  return first.map((_, channel) => {
    const values = errors.map((error) => error[channel] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance =
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1) / count;
    return mean === 0 ? 0 : mean * Math.max(0, 1 - variance / mean ** 2);
  });
}

/** The layer's output as it is with the new bias, which needs no second run. */
function addToChannels(
  run: Map<string, FloatTensor>,
  layer: QuantizedLayer,
  integers: Int32Array,
): void {
  const output = run.get(outputOf(layer));
  if (output === undefined) return;
  const data = output.data.slice();
  forEachChannelRun({ ...output, data }, channelAxis(layer.node), (channel, values) => {
    const added =
      ((integers[channel] ?? 0) - (layer.bias.integers[channel] ?? 0)) *
      layer.bias.scaleOf(channel);
    for (let index = 0; index < values.length; index += 1)
      values[index] = (values[index] ?? 0) + added;
  });
  run.set(outputOf(layer), { ...output, data });
}
