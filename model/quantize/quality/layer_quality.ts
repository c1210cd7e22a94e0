import { createGraphSession } from '../../execute/graph_session';
import type { FloatTensor, InferenceSession } from '../../execute/session';
import type { Graph } from '../../onnx/graph';
import { inferShapes } from '../../onnx/shapes/shape_inference';
import { onlyInput } from '../ranges/calibrate';
import { samplesOf, type CalibrationData } from '../ranges/calibration_data';

/** How far a layer's output in the quantized network, all before it quantized too, is from the float network's. */
export interface LayerQuality {
  readonly layer: string;
  /** ONNX's operator; of a fused pair the activation's. */
  readonly kind: string;
  /** Energy of the float values over that of the differences; Infinity where there is none. */
  readonly sqnrDb: number;
}

export interface NetworkQuality {
  /** Worst first. */
  readonly layers: readonly LayerQuality[];
  /** Of all outputs together; of indices, of the numbers that they were picked from. */
  readonly outputSqnrDb: number;
  readonly samples: number;
}

/** Energies of values and of what quantization changed. */
interface Energies {
  signal: number;
  noise: number;
}

interface Compared {
  readonly layer: string;
  readonly kind: string;
  readonly float: string;
  readonly quantized: string;
}

interface ComparedNetworks {
  /** What outputs and layers are held against. */
  readonly given: Graph;
  /** What was quantized: the given network, or its equalized form. */
  readonly float: Graph;
  /** The tensors that are held against the equalized form's, since their channels are scaled. */
  readonly rescaled: ReadonlySet<string>;
  /** Has the float network's nodes in the same order, but for QuantizeLinear and DequantizeLinear. */
  readonly quantized: Graph;
}

/** Runs the networks side by side on at most `mostSamples` samples. @throws BadInputError as calibration does */
export async function measureQuality(
  { given, float, rescaled, quantized }: ComparedNetworks,
  data: CalibrationData,
  mostSamples: number,
): Promise<NetworkQuality> {
  const { name: input, shape } = onlyInput(float);
  const compared = comparedTensors(float, quantized);
  const outputs = floatOutputs(given);
  const energies = new Map<Compared, Energies>(
    compared.map((each) => [each, { signal: 0, noise: 0 }]),
  );
  const output: Energies = { signal: 0, noise: 0 };
  const [scaled, unscaled] = [
    compared.filter((each) => rescaled.has(each.float)),
    compared.filter((each) => !rescaled.has(each.float)),
  ];
  const models = [
    exposing(given, [...unscaled.map((each) => each.float), ...outputs]),
    exposing(quantized, [...compared.map((each) => each.quantized), ...outputs]),
    ...(scaled.length === 0
      ? []
      : [
          exposing(
            float,
            scaled.map((each) => each.float),
          ),
        ]),
  ];
  const sessions: InferenceSession[] = [];
  let samples = 0;
  try {
    for (const model of models) sessions.push(await createGraphSession(model));
    for await (const sample of samplesOf(
      data,
      shape.reduce((product, dimension) => product * dimension, 1),
    )) {
      const feeds = new Map<string, FloatTensor>([[input, { shape, data: sample }]]);
      const results: ReadonlyMap<string, FloatTensor>[] = [];
      for (const session of sessions) results.push(await session.run(feeds));
      const [wanted, actual, equalized] = results;
      for (const [each, sums] of energies)
        addEnergies(
          sums,
          (rescaled.has(each.float) ? equalized : wanted)?.get(each.float),
          actual?.get(each.quantized),
        );
      for (const name of outputs) addEnergies(output, wanted?.get(name), actual?.get(name));
      samples += 1;
      if (samples >= mostSamples) break;
    }
  } finally {
    for (const session of sessions) await session.release();
  }
  const layers = [...energies]
    .map(([{ layer, kind }, sums]) => ({ layer, kind, sqnrDb: decibels(sums) }))
    .sort((first, second) => first.sqnrDb - second.sqnrDb);
  return { layers, outputSqnrDb: decibels(output), samples };
}

/** The outputs that are float32, and what the others were computed from: noise has no meaning in an index. */
export function floatOutputs(graph: Graph): readonly string[] {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const types = inferShapes(graph);
  const isFloat = (tensor: string): boolean =>
    !types.ok || types.value.get(tensor)?.elementType === 'float32';
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = graph.outputs.map((output) => output.name);
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    if (isFloat(tensor) && !graph.initializers.has(tensor)) found.add(tensor);
    else if (!isFloat(tensor)) waiting.push(...(makers.get(tensor)?.inputs ?? []));
  }
  return [...found];
}

/** Each node's output that is stored as integers: before quantization in the one graph, dequantized in the other. */
function comparedTensors(float: Graph, quantized: Graph): readonly Compared[] {
  const isConversion = (kind: string): boolean =>
    kind === 'QuantizeLinear' || kind === 'DequantizeLinear';
  const quantizers = new Map(
    quantized.nodes
      .filter((node) => node.kind === 'QuantizeLinear')
      .map((node) => [node.inputs[0] ?? '', node.outputs[0] ?? ''] as const),
  );
  const dequantizers = new Map(
    quantized.nodes
      .filter((node) => node.kind === 'DequantizeLinear')
      .map((node) => [node.inputs[0] ?? '', node.outputs[0] ?? ''] as const),
  );
  const layers = quantized.nodes.filter((node) => !isConversion(node.kind));
  return float.nodes.flatMap(({ name, kind, outputs }, index) =>
    outputs.flatMap((tensor, position) => {
      const stored = quantizers.get(layers[index]?.outputs[position] ?? '');
      const restored = stored === undefined ? undefined : dequantizers.get(stored);
      return restored === undefined
        ? []
        : [{ layer: name, kind, float: tensor, quantized: restored }];
    }),
  );
}

/** The model with these outputs. ONNX Runtime finds their types itself. */
export function exposing(graph: Graph, tensors: readonly string[]): Graph {
  return {
    ...graph,
    outputs: [...new Set(tensors)].map((name) => ({ name, elementType: 'float32', shape: null })),
  };
}

function addEnergies(
  sums: Energies,
  wanted: FloatTensor | undefined,
  got: FloatTensor | undefined,
): void {
  const [expected, actual] = [wanted?.data ?? new Float32Array(), got?.data ?? new Float32Array()];
  let [signal, noise] = [0, 0];
  for (let index = 0; index < expected.length; index += 1) {
    const value = expected[index] ?? 0;
    const difference = value - (actual[index] ?? 0);
    signal += value * value;
    noise += difference * difference;
  }
  sums.signal += signal;
  sums.noise += noise;
}

function decibels({ signal, noise }: Energies): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}
