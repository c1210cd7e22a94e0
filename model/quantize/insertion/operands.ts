import type { Node } from '../../onnx/graph';
import {
  haveOneGrid,
  type Encoding,
  type NetworkEncodings,
  type WeightEncoding,
} from '../encoding/encoding';
import { jointOf } from '../placement/encoding_groups';
import { accumulatorBias, weightOf } from '../placement/placement';
import { biasOperand, constantOperand, weightOperand } from './constant_operands';
import { addPair, type Rewriting } from './rewriting';

/** The node's inputs in the new graph; constants are quantized on the way. */
export function operands(rewriting: Rewriting, node: Node): readonly string[] {
  const { source, encodings, replacements, initializers, name } = rewriting;
  const weight = weightOf(source, node)?.tensor;
  const weightEncoding =
    weight === undefined ? undefined : encodings.weights.get(node.inputs[1] ?? '');
  return node.inputs.map((input, index) => {
    if (index === 1 && weight !== undefined && weightEncoding !== undefined)
      return weightOperand(rewriting, input, { weight, encoding: weightEncoding });
    const bias = index === 2 ? accumulatorBias(source, node) : undefined;
    const inputScale = encodings.activations.get(node.inputs[0] ?? '')?.scale;
    const factor = weightEncoding ?? factorEncoding(encodings, node);
    if (bias !== undefined && factor !== undefined && inputScale !== undefined)
      return biasOperand(rewriting, node, { bias, inputScale, factor });
    const constant = source.initializers.get(input);
    const encoding = encodings.activations.get(input);
    const wanted = encoding === undefined ? undefined : wantedEncoding(rewriting, node, index);
    const isConverted =
      encoding !== undefined && wanted !== undefined && !haveOneGrid(encoding, wanted);
    const at = isConverted ? name(node.outputs[0] ?? '', `input${String(index)}`) : input;
    if (constant === undefined)
      return isConverted
        ? converted(rewriting, at, { from: replacements.get(input) ?? input, encoding: wanted })
        : (replacements.get(input) ?? input);
    if (constant.elementType === 'float32' && encoding !== undefined)
      return constantOperand(rewriting, at, { constant, encoding: wanted ?? encoding });
    initializers.set(input, constant);
    return input;
  });
}

/** Devices join integers, so an operand has the encoding of what it is joined to; undefined where it may have any. */
function wantedEncoding(
  { source, encodings }: Rewriting,
  node: Node,
  index: number,
): Encoding | undefined {
  const [output = ''] = node.outputs;
  if (node.kind === 'MatMul')
    return index === 1 ? encodings.convertedFactors.get(output) : undefined;
  const joint = jointOf(source, node);
  return joint === undefined || index >= joint.operands.length
    ? undefined
    : encodings.activations.get(output);
}

function converted(
  rewriting: Rewriting,
  at: string,
  { from, encoding }: { readonly from: string; readonly encoding: Encoding },
): string {
  const to = rewriting.name(at, 'dequantized');
  addPair(rewriting, { from, to, at, encoding });
  return to;
}

/** Of a layer normalization's scale. */
function factorEncoding(encodings: NetworkEncodings, node: Node): WeightEncoding | undefined {
  const encoding = encodings.activations.get(node.inputs[1] ?? '');
  return encoding === undefined
    ? undefined
    : { axis: null, scales: Float32Array.of(encoding.scale) };
}
