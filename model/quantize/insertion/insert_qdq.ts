import type { Float32Tensor, Graph, Node, Tensor } from '../../onnx/graph';
import { int } from '../../onnx/graph_builder';
import {
  quantizeActivation,
  type Encoding,
  type NetworkEncodings,
  type WeightEncoding,
} from '../encoding/encoding';
import { haveOneGrid, jointOf } from '../placement/encoding_groups';
import { accumulatorBias, weightOf } from '../placement/placement';
import { quantizeBias } from '../weights/quantized_constants';
import { plainWeightCodec, type WeightCodec } from '../weights/weight_codec';

/** What the new graph has so far. */
interface Rewriting {
  readonly source: Graph;
  readonly encodings: NetworkEncodings;
  readonly codec: WeightCodec;
  readonly nodes: Node[];
  readonly initializers: Map<string, Tensor>;
  /** The float tensor to use in place of a tensor of the source graph. */
  readonly replacements: Map<string, string>;
  /** A name that the source graph does not have. */
  readonly name: (tensor: string, role: string) => string;
}

/**
 * Rewrites a float graph so that every tensor with an encoding passes through QuantizeLinear and DequantizeLinear and
 * every weight is stored as integers. Tensors without an encoding (those that fuse) stay untouched.
 */
export function insertQdq(
  source: Graph,
  encodings: NetworkEncodings,
  codec: WeightCodec = plainWeightCodec,
): Graph {
  const name = freshNames(source);
  const rewriting: Rewriting = {
    source,
    encodings,
    codec,
    nodes: [],
    initializers: new Map(),
    replacements: new Map(),
    name,
  };
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

function freshNames(source: Graph): Rewriting['name'] {
  const taken = new Set([
    ...source.initializers.keys(),
    ...source.inputs.map((input) => input.name),
    ...source.nodes.flatMap((node) => node.outputs),
  ]);
  return (tensor, role) => {
    let name = `${tensor}/${role}`;
    while (taken.has(name)) name += '_';
    return name;
  };
}

interface Passage {
  readonly from: string;
  readonly to: string;
}

/** Quantizes and dequantizes the source graph's tensor, if it has an encoding. */
function throughIntegers(rewriting: Rewriting, tensor: string, passage: Passage): void {
  const encoding = rewriting.encodings.activations.get(tensor);
  if (encoding === undefined) return;
  addPair(rewriting, { ...passage, at: tensor, encoding });
  rewriting.replacements.set(tensor, passage.to);
}

function addPair(
  rewriting: Rewriting,
  { from, to, at, encoding }: Passage & { readonly at: string; readonly encoding: Encoding },
): void {
  const parameters = encodingConstants(rewriting, at, encoding);
  const quantized = rewriting.name(at, 'quantized');
  rewriting.nodes.push(
    {
      name: rewriting.name(at, 'quantize'),
      kind: 'QuantizeLinear',
      inputs: [from, ...parameters],
      outputs: [quantized],
      attributes: new Map(),
    },
    {
      name: rewriting.name(at, 'dequantize'),
      kind: 'DequantizeLinear',
      inputs: [quantized, ...parameters],
      outputs: [to],
      attributes: new Map(),
    },
  );
}

function encodingConstants(
  { initializers, name }: Rewriting,
  at: string,
  { elementType, scale, zeroPoint }: Encoding,
): readonly string[] {
  initializers.set(name(at, 'scale'), {
    elementType: 'float32',
    shape: [],
    data: Float32Array.of(scale),
  });
  initializers.set(
    name(at, 'zero'),
    elementType === 'uint8'
      ? { elementType, shape: [], data: Uint8Array.of(zeroPoint) }
      : { elementType, shape: [], data: Uint16Array.of(zeroPoint) },
  );
  return [name(at, 'scale'), name(at, 'zero')];
}

/** The node's inputs in the new graph; constants are quantized on the way. */
function operands(rewriting: Rewriting, node: Node): readonly string[] {
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

function weightOperand(
  rewriting: Rewriting,
  input: string,
  { weight, encoding }: { readonly weight: Float32Tensor; readonly encoding: WeightEncoding },
): string {
  const known = rewriting.replacements.get(input);
  if (known !== undefined) return known;
  const output = dequantizedConstant(rewriting, input, {
    integers: rewriting.codec.quantize(weight, encoding),
    encoding,
  });
  rewriting.replacements.set(input, output);
  return output;
}

interface BiasOperand {
  readonly bias: Float32Tensor;
  readonly inputScale: number;
  /** Of what the input is multiplied by. */
  readonly factor: WeightEncoding;
}

/** Of a layer normalization's scale. */
function factorEncoding(encodings: NetworkEncodings, node: Node): WeightEncoding | undefined {
  const encoding = encodings.activations.get(node.inputs[1] ?? '');
  return encoding === undefined
    ? undefined
    : { axis: null, scales: Float32Array.of(encoding.scale) };
}

function biasOperand(
  rewriting: Rewriting,
  node: Node,
  { bias, inputScale, factor }: BiasOperand,
): string {
  const scales = factor.scales.map((scale) => scale * inputScale);
  const perChannel = factor.axis !== null;
  return dequantizedConstant(rewriting, rewriting.name(node.outputs[0] ?? '', 'bias'), {
    integers: quantizeBias(bias, scales),
    encoding: { axis: perChannel ? 0 : null, scales },
  });
}

/** An integer constant with zero point zero, and its DequantizeLinear. */
function dequantizedConstant(
  { nodes, initializers, name }: Rewriting,
  at: string,
  { integers, encoding }: { readonly integers: Tensor; readonly encoding: WeightEncoding },
): string {
  const { axis, scales } = encoding;
  const shape = axis === null ? [] : [scales.length];
  const zeros = { shape, data: new Int32Array(scales.length) };
  initializers.set(name(at, 'quantized'), integers);
  initializers.set(name(at, 'scale'), { elementType: 'float32', shape, data: scales });
  initializers.set(
    name(at, 'zero'),
    integers.elementType === 'int8'
      ? { elementType: 'int8', shape, data: new Int8Array(scales.length) }
      : { elementType: 'int32', ...zeros },
  );
  const output = name(at, 'dequantized');
  const inputs = [name(at, 'quantized'), name(at, 'scale'), name(at, 'zero')];
  nodes.push({
    name: output,
    kind: 'DequantizeLinear',
    inputs,
    outputs: [output],
    attributes: new Map(axis === null ? [] : [['axis', int(axis)]]),
  });
  return output;
}

function constantOperand(
  rewriting: Rewriting,
  at: string,
  { constant, encoding }: { readonly constant: Float32Tensor; readonly encoding: Encoding },
): string {
  const { nodes, initializers, replacements, name } = rewriting;
  // A constant may be a weight of one node and an operand of another: the roles have names of their own.
  const role = name(at, 'operand');
  const known = replacements.get(role);
  if (known !== undefined) return known;
  const parameters = encodingConstants(rewriting, role, encoding);
  initializers.set(name(role, 'quantized'), quantizedLikeActivation(constant, encoding));
  const output = name(role, 'dequantized');
  nodes.push({
    name: output,
    kind: 'DequantizeLinear',
    inputs: [name(role, 'quantized'), ...parameters],
    outputs: [output],
    attributes: new Map(),
  });
  replacements.set(role, output);
  return output;
}

function quantizedLikeActivation({ shape, data }: Float32Tensor, encoding: Encoding): Tensor {
  const { elementType } = encoding;
  const quantize = (value: number): number => quantizeActivation(value, encoding);
  return elementType === 'uint8'
    ? { elementType, shape, data: Uint8Array.from(data, quantize) }
    : { elementType, shape, data: Uint16Array.from(data, quantize) };
}
