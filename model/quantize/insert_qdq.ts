import { intAttribute, type Graph, type Node, type Tensor } from '../onnx/graph';
import { int } from '../onnx/graph_builder';
import { quantizeUint8, type Encoding } from './encoding';
import { outputChannelAxis, quantizeBias, quantizeWeight } from './quantized_constants';

/** What the new graph has so far. */
interface Rewriting {
  readonly source: Graph;
  readonly encodings: ReadonlyMap<string, Encoding>;
  readonly nodes: Node[];
  readonly initializers: Map<string, Tensor>;
  /** The float tensor to use in place of a tensor of the source graph. */
  readonly replacements: Map<string, string>;
}

/**
 * Rewrites a float graph so that every tensor with an encoding passes through QuantizeLinear and DequantizeLinear and
 * every weight is stored as integers. Tensors without an encoding (those that fuse) stay untouched.
 */
export function insertQdq(source: Graph, encodings: ReadonlyMap<string, Encoding>): Graph {
  const rewriting: Rewriting = { source, encodings, nodes: [], initializers: new Map(), replacements: new Map() };
  const outputs = new Set(source.outputs.map((output) => output.name));
  for (const input of source.inputs) throughInteger(rewriting, { from: input.name, tensor: input.name, to: `${input.name}/dequantized` });
  for (const node of source.nodes) {
    const inputs = operands(rewriting, node);
    const raw = node.outputs.map((output) => (outputs.has(output) && encodings.has(output) ? `${output}/float` : output));
    rewriting.nodes.push({ ...node, inputs, outputs: raw });
    node.outputs.forEach((tensor, index) => {
      const to = outputs.has(tensor) ? tensor : `${tensor}/dequantized`;
      throughInteger(rewriting, { from: raw[index] ?? tensor, tensor, to });
    });
  }
  return { ...source, nodes: rewriting.nodes, initializers: rewriting.initializers, declared: new Map() };
}

function throughInteger(rewriting: Rewriting, at: { readonly from: string; readonly tensor: string; readonly to: string }): void {
  const encoding = rewriting.encodings.get(at.tensor);
  if (encoding === undefined) return;
  const parameters = encodingConstants(rewriting, at.tensor, encoding);
  const quantized = `${at.tensor}/quantized`;
  rewriting.nodes.push(
    { name: `${at.tensor}/quantize`, kind: 'QuantizeLinear', inputs: [at.from, ...parameters], outputs: [quantized], attributes: new Map() },
    { name: `${at.tensor}/dequantize`, kind: 'DequantizeLinear', inputs: [quantized, ...parameters], outputs: [at.to], attributes: new Map() },
  );
  rewriting.replacements.set(at.tensor, at.to);
}

function encodingConstants({ initializers }: Rewriting, tensor: string, encoding: Encoding): readonly string[] {
  initializers.set(`${tensor}/scale`, { elementType: 'float32', shape: [], data: Float32Array.of(encoding.scale) });
  initializers.set(`${tensor}/zero`, { elementType: 'uint8', shape: [], data: Uint8Array.of(encoding.zeroPoint) });
  return [`${tensor}/scale`, `${tensor}/zero`];
}

/** The node's inputs in the new graph; constants are quantized on the way. */
function operands(rewriting: Rewriting, node: Node): readonly string[] {
  const { source, replacements, initializers } = rewriting;
  const weight = source.initializers.get(node.inputs[1] ?? '');
  const axis = weight?.elementType === 'float32' ? outputChannelAxis(node, weight) : undefined;
  if (weight?.elementType === 'float32' && axis !== undefined) return weightedOperands(rewriting, node, { weight, axis });
  return node.inputs.map((input) => {
    const constant = source.initializers.get(input);
    if (constant === undefined) return replacements.get(input) ?? input;
    if (constant.elementType === 'float32' && rewriting.encodings.has(input)) return quantizedOperand(rewriting, input, constant.data);
    initializers.set(input, constant);
    return input;
  });
}

function weightedOperands(rewriting: Rewriting, node: Node, { weight, axis }: { readonly weight: Extract<Tensor, { elementType: 'float32' }>; readonly axis: number }): readonly string[] {
  const { source, encodings, replacements, initializers } = rewriting;
  const [input = '', weightName = '', biasName = '', ...rest] = node.inputs;
  const inputScale = encodings.get(input)?.scale;
  const bias = source.initializers.get(biasName);
  // Gemm scales its bias by beta; the accumulator form needs it plain.
  const plainBias = bias?.elementType === 'float32' && bias.shape.length === 1 && intAttribute(node, 'beta', 1) === 1 ? bias.data : undefined;
  const quantized = quantizeWeight(weight, axis, plainBias === undefined || inputScale === undefined ? undefined : { values: plainBias, inputScale });
  const name = `${node.name}/${weightName}`;
  const inputs = [replacements.get(input) ?? input, perChannel(rewriting, name, { tensor: quantized.integers, scales: quantized.scales, axis })];
  if (plainBias !== undefined && inputScale !== undefined) {
    const scales = quantized.scales.map((scale) => scale * inputScale);
    inputs.push(perChannel(rewriting, `${node.name}/${biasName}`, { tensor: quantizeBias(plainBias, scales), scales, axis: 0 }));
  } else if (biasName !== '') {
    if (bias !== undefined) initializers.set(biasName, bias);
    inputs.push(replacements.get(biasName) ?? biasName);
  }
  return [...inputs, ...rest];
}

/** An integer constant with one scale per channel and zero point zero. */
function perChannel({ nodes, initializers }: Rewriting, name: string, constant: { readonly tensor: Tensor; readonly scales: Float32Array; readonly axis: number }): string {
  const { tensor, scales, axis } = constant;
  const zeros: Tensor = tensor.elementType === 'int8' ? { elementType: 'int8', shape: [scales.length], data: new Int8Array(scales.length) } : { elementType: 'int32', shape: [scales.length], data: new Int32Array(scales.length) };
  initializers.set(`${name}/quantized`, tensor);
  initializers.set(`${name}/scale`, { elementType: 'float32', shape: [scales.length], data: scales });
  initializers.set(`${name}/zero`, zeros);
  const output = `${name}/dequantized`;
  nodes.push({ name: output, kind: 'DequantizeLinear', inputs: [`${name}/quantized`, `${name}/scale`, `${name}/zero`], outputs: [output], attributes: new Map([['axis', int(axis)]]) });
  return output;
}

function quantizedOperand(rewriting: Rewriting, name: string, values: Float32Array): string {
  const encoding = rewriting.encodings.get(name);
  const known = rewriting.replacements.get(name);
  if (known !== undefined || encoding === undefined) return known ?? name;
  const shape = rewriting.source.initializers.get(name)?.shape ?? [];
  const parameters = encodingConstants(rewriting, name, encoding);
  rewriting.initializers.set(`${name}/quantized`, { elementType: 'uint8', shape, data: Uint8Array.from(values, (value) => quantizeUint8(value, encoding)) });
  const output = `${name}/dequantized`;
  rewriting.nodes.push({ name: output, kind: 'DequantizeLinear', inputs: [`${name}/quantized`, ...parameters], outputs: [output], attributes: new Map() });
  rewriting.replacements.set(name, output);
  return output;
}
