import type { Graph } from '../../onnx/graph';
import type { NetworkEncodings } from '../encoding/encoding';
import { plainWeightCodec, type WeightCodec } from '../weights/weight_codec';
import { operands } from './operands';
import { addPair, createRewriting, type Passage, type Rewriting } from './rewriting';

/**
 * Rewrites a float graph so that every tensor with an encoding passes through QuantizeLinear and DequantizeLinear and
 * every weight is stored as integers. Tensors without an encoding (those that fuse) stay untouched.
 */
export function insertQdq(
  source: Graph,
  encodings: NetworkEncodings,
  codec: WeightCodec = plainWeightCodec,
): Graph {
  const rewriting = createRewriting(source, encodings, codec);
  const { name } = rewriting;
  const outputs = new Set(source.outputs.map((output) => output.name));
  for (const { name: input } of source.inputs)
    throughIntegers(rewriting, input, { from: input, to: name(input, 'dequantized') });
  for (const node of source.nodes) {
    const inputs = operands(rewriting, node);
    const raw = node.outputs.map((output) =>
      outputs.has(output) && encodings.activations.has(output) ? name(output, 'float') : output,
    );
    rewriting.nodes.push({ ...node, inputs, outputs: raw });
    node.outputs.forEach((tensor, index) =>
      throughIntegers(rewriting, tensor, {
        from: raw[index] ?? tensor,
        to: outputs.has(tensor) ? tensor : name(tensor, 'dequantized'),
      }),
    );
  }
  return {
    ...source,
    nodes: rewriting.nodes,
    initializers: rewriting.initializers,
    declared: new Map(),
  };
}

/** Quantizes and dequantizes the source graph's tensor, if it has an encoding. */
function throughIntegers(rewriting: Rewriting, tensor: string, passage: Passage): void {
  const encoding = rewriting.encodings.activations.get(tensor);
  if (encoding === undefined) return;
  addPair(rewriting, { ...passage, at: tensor, encoding });
  rewriting.replacements.set(tensor, passage.to);
}
