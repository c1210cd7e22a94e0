import { readFileSync } from 'node:fs';
import type { TableCell } from '../../../cli/output/table';
import type { AimetEncoding, AimetEncodings } from '../../../model/quantize/aimet/aimet_encoding';
import { applyAimet } from '../../../model/quantize/aimet/apply_aimet';
import { readEncodings } from '../../../model/quantize/aimet/read';
import { writeEncodings } from '../../../model/quantize/aimet/write';
import { withBiases } from '../../../model/quantize/equalize/bias';
import { equalize, mostPasses } from '../../../model/quantize/equalize/cross_layer';
import { correctBiasesEmpirically } from '../../../model/quantize/equalize/empirical_correction';
import { findLayers } from '../../../model/quantize/equalize/layer';
import type { Graph } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { insertQdq } from '../../../model/quantize/insertion/insert_qdq';
import { activationTypeOf } from '../../../model/quantize/options/options';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { number } from '../../bench/report';
import { outputsOf } from '../../model/quantize/equalize/networks';
import { signalToNoiseDb } from '../../model/quantize/signal_to_noise';
import type { PreparedNetwork } from './networks';

function read(text: string): AimetEncodings {
  const encodings = readEncodings(text);
  if (!encodings.ok) throw new Error(encodings.error);
  return encodings.value;
}

/** The encodings of one file against those of another, or of the same after we have read and written it. */
export function compareEncodings(text: string, other?: string): readonly TableCell[] {
  const [first, second] = [
    read(text),
    read(other ?? writeEncodings(read(text), { version: '1.0.0', scheme: 'post_training_tf' })),
  ];
  const actual = new Map([...second.activations, ...second.parameters]);
  let [tensors, difference, offsets] = [0, 0, 0];
  for (const [name, encoding] of [...first.activations, ...first.parameters]) {
    tensors += 1;
    const [scale, shift] = differences(encoding, actual.get(name));
    difference = Math.max(difference, scale);
    offsets += shift;
  }
  return [number(tensors), difference.toExponential(1), number(offsets)];
}

function differences(
  expected: AimetEncoding,
  actual: AimetEncoding | undefined,
): readonly [number, number] {
  if (actual?.bits !== expected.bits || actual.scales.length !== expected.scales.length)
    return [Infinity, expected.offsets.length];
  const scale = expected.scales.reduce(
    (largest, value, channel) =>
      Math.max(largest, Math.abs((actual.scales[channel] ?? NaN) / value - 1)),
    0,
  );
  return [
    scale,
    expected.offsets.filter((offset, channel) => offset !== actual.offsets[channel]).length,
  ];
}

/**
 * AIMET's simulation and our network with the same file's encodings, each against the float network in decibels, and the
 * share of outputs that are within one step of each other.
 */
export async function compareOutputs(
  network: PreparedNetwork,
  text: string,
  outputsPath: string,
): Promise<readonly TableCell[]> {
  const { graph, placement, encodings, options, inputs } = network;
  const applied = applyAimet(read(text), {
    graph,
    placement,
    encodings,
    activationType: activationTypeOf(options.precision),
  });
  if (!applied.ok) throw new Error(applied.error);
  const bytes = readFileSync(outputsPath);
  const theirs = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  );
  const [float, ours] = [
    await outputsOf(graph, inputs),
    await outputsOf(insertQdq(graph, applied.value.encodings), inputs),
  ];
  const step = applied.value.encodings.activations.get(graph.outputs[0]?.name ?? '')?.scale ?? NaN;
  const near =
    theirs.filter((value, index) => Math.abs(value - (ours[index] ?? NaN)) < 1.5 * step).length /
    theirs.length;
  return [
    number(signalToNoiseDb(float, theirs), 1),
    number(signalToNoiseDb(float, ours), 1),
    number(100 * near, 2),
  ];
}

export async function compareEqualized(
  { graph, inputs, options }: PreparedNetwork,
  file: Uint8Array,
): Promise<readonly TableCell[]> {
  const theirs = readOnnx(file);
  if (!theirs.ok) throw new Error(theirs.error);
  const perTensor = (each: Graph): Promise<Graph> =>
    quantizeGraph(each, { kind: 'given', samples: inputs }, { ...options, weightsPer: 'tensor' });
  const expected = await outputsOf(graph, inputs);
  const snr = async (each: Graph): Promise<TableCell> =>
    number(signalToNoiseDb(expected, await outputsOf(each, inputs)), 1);
  const settled = withBiases(equalize(graph, mostPasses).graph);
  const pair = { float: settled, quantized: await perTensor(settled) };
  const [input] = graph.inputs;
  const feeds = inputs.map(
    (data) => new Map([[input?.name ?? '', { shape: input?.shape?.map(Number) ?? [], data }]]),
  );
  const corrected = await correctBiasesEmpirically(pair, feeds);
  return [
    weightDifference(theirs.value, equalize(graph, 1).graph).toExponential(1),
    await snr(await perTensor(graph)),
    await snr(await perTensor(theirs.value)),
    await snr(pair.quantized),
    await snr(corrected.graph),
  ];
}

/** Relative to the largest weight of each layer, which is what rounding is relative to. */
function weightDifference(theirs: Graph, ours: Graph): number {
  let largest = 0;
  for (const { node, weight } of findLayers(ours).values()) {
    const expected = theirs.initializers.get(node.inputs[1] ?? '');
    if (expected?.elementType !== 'float32') return Infinity;
    const most = expected.data.reduce((known, value) => Math.max(known, Math.abs(value)), 0);
    expected.data.forEach(
      (value, index) =>
        (largest = Math.max(largest, Math.abs(value - (weight.data[index] ?? NaN)) / most)),
    );
  }
  return largest;
}
