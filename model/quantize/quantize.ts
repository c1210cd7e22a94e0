import { BadInputError } from '../../common/bad_input';
import type { Graph, Tensor, TensorType } from '../onnx/graph';
import { inferShapes } from '../onnx/shape_inference';
import { calibrate, type CalibrationData } from './calibration';
import { activationEncoding, type Encoding, type Range } from './encoding';
import { encodingGroups, fusedTensors } from './fusion';
import { insertQdq } from './insert_qdq';

/**
 * Post-training int8 quantization of a float graph, as QuantizeLinear/DequantizeLinear pairs: weights symmetric int8 per
 * output channel, activations asymmetric uint8 per tensor, biases int32. Inputs and outputs stay float32. Ranges are
 * minimum and maximum over the calibration data. Equal inputs give equal graphs.
 * @throws BadInputError when the graph has dynamic shapes or the calibration data does not fit
 */
export async function quantizeGraph(graph: Graph, calibration: CalibrationData): Promise<Graph> {
  const types = inferShapes(graph);
  if (!types.ok) throw new BadInputError(`cannot quantize: ${types.error}`);
  const tensors = activationTensors(graph, types.value);
  const ranges = await calibrate(graph, tensors, calibration);
  return insertQdq(graph, activationEncodings(graph, tensors, ranges));
}

/** Float tensors that exist on the device: inputs and outputs of fused operators. */
function activationTensors(graph: Graph, types: ReadonlyMap<string, TensorType>): readonly string[] {
  const fused = fusedTensors(graph);
  const made = [...graph.inputs.map((input) => input.name), ...graph.nodes.filter((node) => node.kind !== 'Constant').flatMap((node) => node.outputs)];
  return made.filter((tensor) => types.get(tensor)?.elementType === 'float32' && !fused.has(tensor));
}

function activationEncodings(graph: Graph, tensors: readonly string[], ranges: ReadonlyMap<string, Range>): ReadonlyMap<string, Encoding> {
  const activations = new Set(tensors);
  const group = encodingGroups(graph, (tensor) => activations.has(tensor));
  const shared = new Map<string, Range>();
  for (const tensor of tensors) {
    const range = ranges.get(tensor) ?? { min: 0, max: 0 };
    const known = shared.get(group(tensor));
    shared.set(group(tensor), known === undefined ? range : { min: Math.min(known.min, range.min), max: Math.max(known.max, range.max) });
  }
  return new Map([...tensors, ...constantOperands(graph)].map((tensor) => {
    const range = shared.get(group(tensor)) ?? rangeOf(graph.initializers.get(tensor));
    return [tensor, activationEncoding(range)];
  }));
}

/** Float constants of operators like Add and Mul, which have no output channels: they are encoded like activations. */
function constantOperands(graph: Graph): readonly string[] {
  const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Concat', 'PRelu', 'MatMul', 'ConvTranspose']);
  return graph.nodes.filter((node) => elementwise.has(node.kind)).flatMap((node) => node.inputs).filter((name) => graph.initializers.get(name)?.elementType === 'float32');
}

function rangeOf(tensor: Tensor | undefined): Range {
  if (tensor?.elementType !== 'float32') return { min: 0, max: 0 };
  return tensor.data.reduce<Range>(({ min, max }, value) => ({ min: Math.min(min, value), max: Math.max(max, value) }), { min: 0, max: 0 });
}
