import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { writtenVersions } from '../../../model/quantize/aimet/aimet_encoding';
import { toAimet } from '../../../model/quantize/aimet/to_aimet';
import { writeEncodings } from '../../../model/quantize/aimet/write';
import { findLinks } from '../../../model/quantize/equalize/chain';
import type { Graph } from '../../../model/onnx/graph';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import type { NetworkEncodings } from '../../../model/quantize/encoding/encoding';
import { encodingsFromRanges } from '../../../model/quantize/choice/network_encodings';
import {
  defaultQuantization,
  type QuantizationOptions,
} from '../../../model/quantize/options/options';
import type { QuantizerPlacement } from '../../../model/quantize/placement/placement';
import { measureRanges, planQuantization } from '../../../model/quantize/quantize';
import { targetRules } from '../../../model/quantize/options/target_rules';
import { createReference } from '../../../model/zoo/reference';
import {
  invertedResiduals,
  randomInputs,
  scaledBadly,
} from '../../model/quantize/equalize/networks';

export interface ComparedNetwork {
  readonly name: string;
  readonly graph: Graph;
  readonly activations: 'int8' | 'int16';
}

/** A compared network with our encodings of it. */
export interface PreparedNetwork extends ComparedNetwork {
  readonly inputs: readonly Float32Array[];
  readonly options: QuantizationOptions;
  readonly placement: QuantizerPlacement;
  readonly encodings: NetworkEncodings;
}

const samples = 8;

/** Up to the last convolution: AIMET does not equalize dense layers, so what stands before one would differ. */
export function comparedNetworks(): readonly ComparedNetwork[] {
  const blocks = cutAt(invertedResiduals('Relu', 'aimet'), 'last.act');
  const scaled = scaledBadly(blocks, 3, 'scales');
  const reference = createReference('mobilenetv2', { imageSize: [96, 96], classes: 100 });
  const pool = reference.nodes.find((node) => node.kind === 'GlobalAveragePool');
  const features = cutAt(reference, pool?.inputs[0] ?? '');
  return [
    { name: 'blocks', graph: blocks, activations: 'int8' },
    { name: 'blocks-w8a16', graph: blocks, activations: 'int16' },
    { name: 'blocks-scaled', graph: scaled, activations: 'int8' },
    { name: 'mobilenetv2', graph: features, activations: 'int8' },
    {
      name: 'mobilenetv2-scaled',
      graph: scaledBadly(unclipped(features), 2, 'scales'),
      activations: 'int8',
    },
  ];
}

function cutAt(graph: Graph, tensor: string): Graph {
  const last = graph.nodes.findIndex((node) => node.outputs.includes(tensor));
  const nodes = graph.nodes.slice(0, last + 1);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
    outputs: [{ name: tensor, elementType: 'float32', shape: null }],
  };
}

/** With ReLU in place of ReLU6, so that scaling its channels leaves the function as it is. */
function unclipped(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) =>
    node.kind === 'Clip' ? { ...node, kind: 'Relu', inputs: node.inputs.slice(0, 1) } : node,
  );
  return { ...graph, nodes };
}

/** Calibrates the network and writes it, its inputs and our encodings into the folder. */
export async function prepare(network: ComparedNetwork, folder: string): Promise<PreparedNetwork> {
  const { name, graph, activations } = network;
  const types = inferShapes(graph);
  if (!types.ok || findLinks(graph, types.value).length === 0)
    throw new Error(`${name} has nothing to compare`);
  const inputs = randomInputs(graph, samples, 'inputs');
  // AIMET's simulation keeps what was measured; only devices fix the ranges of sigmoid and softmax.
  const options: QuantizationOptions = {
    ...defaultQuantization,
    precision: activations === 'int8' ? 'int8' : 'w8a16',
    rules: targetRules.host,
  };
  const placement = planQuantization(graph, options);
  const ranges = await measureRanges(
    graph,
    {
      data: { kind: 'given', samples: inputs },
      method: { kind: 'min-max' },
      threads: 1,
      onSample: () => undefined,
    },
    options,
  );
  const encodings = encodingsFromRanges(graph, placement, { ranges, options });
  const base = path.join(folder, name);
  writeFileSync(`${base}.onnx`, writeOnnx(graph));
  writeFileSync(
    `${base}.samples`,
    Buffer.concat(
      inputs.map((input) => Buffer.from(input.buffer, input.byteOffset, input.byteLength)),
    ),
  );
  for (const version of writtenVersions)
    writeFileSync(
      `${base}.ours-${version}.encodings`,
      writeEncodings(toAimet(graph, encodings), { version, scheme: 'post_training_tf' }),
    );
  return { ...network, inputs, options, placement, encodings };
}
