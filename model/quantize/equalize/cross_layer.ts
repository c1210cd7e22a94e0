import { BadInputError } from '../../../common/bad_input';
import type { Graph, Node, Tensor } from '../../onnx/graph';
import { float32Tensor } from '../../onnx/graph_builder';
import { inferShapes } from '../../onnx/shapes/shape_inference';
import { chainsOf, findLinks, isClippedRelu, type Link } from './chain';
import { forEachRun, type LinearLayer } from './layer';

export interface EqualizedGraph {
  readonly graph: Graph;
  /** The names of each chain's layers, in execution order. */
  readonly chains: readonly (readonly string[])[];
  /** Tensors between the layers of a chain, whose channels are scaled. */
  readonly rescaled: ReadonlySet<string>;
  /** Names of ReLU6 (and other clipped ReLU) nodes that became ReLU, since a clip at 6 is not homogeneous. */
  readonly unclipped: readonly string[];
}

/** Chains share layers, so one pass disturbs what another has set; MobileNetV2 settles within 10. */
export const mostPasses = 40;
/** A pass that changes no factor by more than this is the last. */
const settledChange = 0.01;
/**
 * A channel with weights this much smaller than its layer's largest is dead: it is left alone, as one of zeros is. To
 * scale it up would scale its bias up too, and the activation's range with it.
 */
const negligible = 2 ** -20;

/**
 * Cross-layer equalization of a canonical float graph (Nagel et al., Data-Free Quantization, ICCV 2019, section 4.1;
 * AIMET's CrossLayerScaling): positive factors move between the weights of consecutive layers until each channel has the
 * same range on both sides, which leaves the function unchanged because the activations between are homogeneous.
 * A clipped ReLU within a chain is replaced by ReLU, as AIMET does: the function then differs where the clip acted.
 * @throws BadInputError when the graph has dynamic shapes
 */
export function equalize(graph: Graph, passes: number): EqualizedGraph {
  const types = inferShapes(graph);
  if (!types.ok) throw new BadInputError(`cannot equalize: ${types.error}`);
  const chains = chainsOf(findLinks(graph, types.value));
  const scalings = new Map<LinearLayer, ChainScaling>();
  for (const layer of chains.flatMap(layersOf))
    if (!scalings.has(layer)) scalings.set(layer, scalingOf(layer));
  for (let pass = 0, change = Infinity; pass < passes && change > settledChange; pass += 1) {
    change = chains.reduce(
      (largest, chain) => Math.max(largest, equalizeChain(chain, scalings)),
      0,
    );
  }
  const through = new Set(chains.flat().flatMap((link) => link.through));
  const clips = graph.nodes.filter((node) => through.has(node) && isClippedRelu(node, graph));
  return {
    graph: unclipped(
      { ...graph, initializers: scaledInitializers(graph, scalings) },
      new Set(clips),
    ),
    chains: chains.map((chain) => layersOf(chain).map((layer) => layer.node.name)),
    rescaled: new Set(
      chains
        .flat()
        .flatMap(({ from, through: between }) =>
          [from.node, ...between].flatMap((node) => node.outputs),
        ),
    ),
    unclipped: clips.map((clip) => clip.name),
  };
}

/** What a layer's weights are multiplied by so far, and the largest weight of each run, before any scaling. */
interface ChainScaling {
  readonly magnitudes: Float64Array;
  readonly ofOutput: Float64Array;
  readonly ofInput: Float64Array;
}

function layersOf(chain: readonly Link[]): readonly LinearLayer[] {
  return chain.flatMap((link, index) => (index === 0 ? [link.from, link.to] : [link.to]));
}

function scalingOf(layer: LinearLayer): ChainScaling {
  const { data } = layer.weight;
  const magnitudes = new Float64Array(data.length / layer.runLength);
  for (let index = 0, run = 0; run < magnitudes.length; run += 1) {
    let largest = 0;
    for (const end = index + layer.runLength; index < end; index += 1)
      largest = Math.max(largest, Math.abs(data[index] ?? 0));
    magnitudes[run] = largest;
  }
  return {
    magnitudes,
    ofOutput: new Float64Array(layer.outputChannels).fill(1),
    ofInput: new Float64Array(layer.inputChannels).fill(1),
  };
}

/** The largest weight of each output or input channel, with the scaling so far. */
function channelRanges(
  layer: LinearLayer,
  { magnitudes, ofOutput, ofInput }: ChainScaling,
  side: 'output' | 'input',
): Float64Array {
  const ranges = new Float64Array(side === 'output' ? layer.outputChannels : layer.inputChannels);
  const [ofRow, ofColumn] = layer.along === 'input' ? [ofOutput, ofInput] : [ofInput, ofOutput];
  const isAlong = layer.along === side;
  // Plain loops: they run over every weight of 1x1 convolutions in every pass.
  for (let run = 0, row = 0; row < layer.rows; row += 1) {
    const { output, input } = layer.firstOfRow(row);
    const [across, first] = layer.along === 'input' ? [output, input] : [input, output];
    const rowFactor = ofRow[across] ?? 1;
    for (let channel = first; channel < first + layer.columns; channel += 1, run += 1) {
      const scaled = (magnitudes[run] ?? 0) * rowFactor * (ofColumn[channel] ?? 1);
      const slot = isAlong ? channel : across;
      if (scaled > (ranges[slot] ?? 0)) ranges[slot] = scaled;
    }
  }
  const largest = ranges.reduce((known, range) => Math.max(known, range), 0);
  return ranges.map((range) => (range > largest * negligible ? range : 0));
}

/**
 * Brings every layer's range of each channel to their geometric mean: two layers by s = sqrt(r1/r2), a triple by the
 * cube roots of AIMET. @returns the largest change, as |log factor|
 */
function equalizeChain(
  chain: readonly Link[],
  scalings: ReadonlyMap<LinearLayer, ChainScaling>,
): number {
  const scaling = (layer: LinearLayer): ChainScaling => scalings.get(layer) ?? scalingOf(layer);
  const [first, ...later] = layersOf(chain);
  if (first === undefined) return 0;
  const ranges = [
    channelRanges(first, scaling(first), 'output'),
    ...later.map((layer, index) =>
      gathered(channelRanges(layer, scaling(layer), 'input'), chain[index]?.spread ?? 1),
    ),
  ];
  let largest = 0;
  for (let channel = 0; channel < first.outputChannels; channel += 1) {
    const logs = ranges.map((range) => Math.log(range[channel] ?? 0));
    const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
    if (!Number.isFinite(mean)) continue;
    let logFactor = 0;
    chain.forEach((link, index) => {
      logFactor += (logs[index] ?? 0) - mean;
      largest = Math.max(largest, Math.abs(logFactor));
      divideChannel(link, channel, {
        factor: Math.exp(logFactor),
        from: scaling(link.from),
        to: scaling(link.to),
      });
    });
  }
  return largest;
}

function gathered(ranges: Float64Array, spread: number): Float64Array {
  return Float64Array.from({ length: ranges.length / spread }, (_, channel) =>
    ranges
      .subarray(channel * spread, (channel + 1) * spread)
      .reduce((known, range) => Math.max(known, range), 0),
  );
}

function divideChannel(
  { spread }: Link,
  channel: number,
  {
    factor,
    from,
    to,
  }: { readonly factor: number; readonly from: ChainScaling; readonly to: ChainScaling },
): void {
  from.ofOutput[channel] = (from.ofOutput[channel] ?? 1) / factor;
  for (let input = channel * spread; input < (channel + 1) * spread; input += 1)
    to.ofInput[input] = (to.ofInput[input] ?? 1) * factor;
}

/** Under their old names; each weight is rounded once. */
function scaledInitializers(
  graph: Graph,
  scalings: ReadonlyMap<LinearLayer, ChainScaling>,
): ReadonlyMap<string, Tensor> {
  const initializers = new Map(graph.initializers);
  for (const [layer, { ofOutput, ofInput }] of scalings) {
    const { node, weight, bias, runLength } = layer;
    const scaled = new Float32Array(weight.data.length);
    forEachRun(layer, (run, output, input) => {
      const factor = (ofOutput[output] ?? 1) * (ofInput[input] ?? 1);
      for (let index = run * runLength; index < (run + 1) * runLength; index += 1)
        scaled[index] = (weight.data[index] ?? 0) * factor;
    });
    initializers.set(node.inputs[1] ?? '', float32Tensor(weight.shape, scaled));
    if (bias !== undefined)
      initializers.set(
        node.inputs[2] ?? '',
        float32Tensor(
          bias.shape,
          bias.data.map((value, channel) => value * (ofOutput[channel] ?? 1)),
        ),
      );
  }
  return initializers;
}

function unclipped(graph: Graph, clips: ReadonlySet<Node>): Graph {
  const nodes = graph.nodes.map((node) =>
    clips.has(node) ? { ...node, kind: 'Relu', inputs: node.inputs.slice(0, 1) } : node,
  );
  const used = new Set([
    ...nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.name),
  ]);
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  };
}
