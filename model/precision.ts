import { fail, ok, type Result } from '../common/result';
import type { Precision } from '../common/target';
import { liveNodes, type Graph, type TensorType } from './onnx/graph';
import type { TfliteModel } from './tflite/read';

/** What kinds of numbers a network's convolutions and matrix products work on. */
interface Arithmetic {
  readonly activations: ReadonlySet<string>;
  readonly weights: ReadonlySet<string>;
}

const eightBit: readonly string[] = ['int8', 'uint8'];
const sixteenBit: readonly string[] = ['int16', 'uint16'];

/** The precision that a target must have to run this graph. */
export function onnxPrecision(graph: Graph, types: ReadonlyMap<string, TensorType>): Result<Precision, string> {
  const activations = new Set<string>();
  const weights = new Set<string>();
  for (const node of liveNodes(graph)) {
    const integer = types.get(node.kind === 'DequantizeLinear' ? (node.inputs[0] ?? '') : (node.outputs[0] ?? ''))?.elementType;
    const constant = graph.initializers.has(node.inputs[0] ?? '');
    // Biases are int32 whatever the rest is.
    if (node.kind === 'DequantizeLinear' && integer !== undefined && integer !== 'int32') (constant ? weights : activations).add(integer);
    else if (node.kind === 'QuantizeLinear' && integer !== undefined) activations.add(integer);
  }
  if (activations.size > 0) return precisionOf({ activations, weights });
  const floats = new Set([...graph.inputs.map((input) => input.elementType), ...[...graph.initializers.values()].map((tensor) => tensor.elementType)].filter((type) => type.startsWith('float')));
  return precisionOf({ activations: floats, weights: new Set() });
}

const tfliteProducts: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'TRANSPOSE_CONV', 'FULLY_CONNECTED', 'BATCH_MATMUL']);

/** Told by the operators with products: a normalization between them may be in float. Without any, by all. */
export function tflitePrecision(model: TfliteModel): Result<Precision, string> {
  const products = model.operators.filter((operator) => tfliteProducts.has(operator.kind));
  const computing = products.length > 0 ? products : model.operators.filter((operator) => operator.kind !== 'QUANTIZE' && operator.kind !== 'DEQUANTIZE');
  const types = (indices: readonly number[], constant: boolean): string[] =>
    indices.flatMap((index) => {
      const tensor = model.tensors[index];
      return tensor?.constant === constant ? [tensor.elementType] : [];
    });
  const numeric = (type: string): boolean => eightBit.includes(type) || sixteenBit.includes(type) || type.startsWith('float') || type === 'int4';
  const activations = new Set(computing.flatMap((operator) => [...types(operator.inputs, false), ...types(operator.outputs, false)]).filter(numeric));
  const weights = new Set(computing.flatMap((operator) => types(operator.inputs, true)).filter(numeric));
  return precisionOf({ activations, weights });
}

function precisionOf({ activations, weights }: Arithmetic): Result<Precision, string> {
  const only = (...allowed: readonly string[]): boolean => activations.size > 0 && [...activations].every((type) => allowed.includes(type));
  const weightsWithin = (...allowed: readonly string[]): boolean => [...weights].every((type) => allowed.includes(type));
  if (only(...eightBit) && weightsWithin(...eightBit)) return ok('int8');
  if (only(...sixteenBit) && weightsWithin(...eightBit, ...sixteenBit)) return ok('w8a16');
  if (only('float16')) return ok('float16');
  if (only('float32') && (weights.size === 0 || weightsWithin('float32'))) return ok('float32');
  if (only('float32') && weightsWithin('float16', 'float32')) return ok('float16');
  const found = `activations ${[...activations].sort().join(', ') || 'none'}; weights ${[...weights].sort().join(', ') || 'none'}`;
  return fail(`the model's precision is not one that the farm measures (${found}); expected int8, w8a16, float16 or float32 throughout`);
}
