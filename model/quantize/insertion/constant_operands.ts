import type { Float32Tensor, Node, Tensor } from '../../onnx/graph';
import { int } from '../../onnx/graph_builder';
import { quantizeActivation, type Encoding, type WeightEncoding } from '../encoding/encoding';
import { quantizeBias } from '../weights/quantized_constants';
import { encodingConstants, type Rewriting } from './rewriting';

/** Int8, once for all that read it. */
export function weightOperand(
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

/** Int32 in units of input scale times factor scale; each reader has its own. */
export function biasOperand(
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

/** Stored like an activation. */
export function constantOperand(
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
