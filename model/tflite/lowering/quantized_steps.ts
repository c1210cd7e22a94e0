import { clampOf, type Clamp } from '../../onnx/clamp';
import {
  consumersByTensor,
  intAttribute,
  liveNodes,
  type ElementType,
  type Graph,
  type Node,
  type Tensor,
  type TensorType,
} from '../../onnx/graph';
import { Unsupported } from './unsupported';

export interface Quantization {
  readonly scales: Float32Array;
  readonly zeroPoint: number;
  /** ONNX dimension that the scales count, when there are several. */
  readonly axis: number;
}

/** What an operator reads or makes, as it stands in memory: of a QuantizeLinear/DequantizeLinear pair the integers. */
export interface Operand {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
  readonly quantization?: Quantization | undefined;
  /** Values of a constant. */
  readonly constant?: Tensor | undefined;
}

/** An operator that really runs, with the activation that it absorbs. */
export interface Step {
  readonly node: Node;
  /** Undefined for an omitted optional input. */
  readonly inputs: readonly (Operand | undefined)[];
  readonly outputs: readonly Operand[];
  /** Of a Relu or Clip behind the operator, before anything is rounded. */
  readonly clamp?: Clamp | undefined;
}

const activationKinds: ReadonlySet<string> = new Set(['Relu', 'Clip']);

interface QdqReading {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, TensorType>;
  readonly consumers: ReadonlyMap<string, readonly Node[]>;
  readonly graphOutputs: ReadonlySet<string>;
  /** Stored operands by the float name that operators use. */
  readonly stored: Map<string, Operand>;
  readonly absorbed: Set<Node>;
}

/**
 * The operators of a QDQ graph on integers, in order. Conversions at the edges (float input, float output) and between two
 * encodings stay as steps of their own. Looks at structure alone, never at names.
 * @throws Unsupported when an operator works on numbers that are not quantized
 */
export function quantizedSteps(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
): readonly Step[] {
  const nodes = liveNodes(graph);
  const graphOutputs = new Set(graph.outputs.map((output) => output.name));
  const reading: QdqReading = {
    graph,
    types,
    consumers: consumersByTensor({ ...graph, nodes }),
    graphOutputs,
    stored: new Map(),
    absorbed: new Set(),
  };
  return nodes.flatMap((node) => stepOf(reading, node));
}

function stepOf(reading: QdqReading, node: Node): readonly Step[] {
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  if (reading.absorbed.has(node)) return [];
  if (node.kind === 'DequantizeLinear') {
    const operand = integers(reading, node, input);
    reading.stored.set(output, operand);
    return reading.graphOutputs.has(output)
      ? [{ node, inputs: [operand], outputs: [floats(reading, output)] }]
      : [];
  }
  if (node.kind === 'QuantizeLinear')
    return [
      {
        node,
        inputs: [floatInput(reading, node, input)],
        outputs: [integers(reading, node, output)],
      },
    ];
  const activation = activationBehind(reading, node);
  if (activation !== undefined) reading.absorbed.add(activation);
  const outputs = (activation ?? node).outputs.map((made) => storedOutput(reading, node, made));
  return [
    {
      node,
      inputs: node.inputs.map((name) => operandOf(reading, node, name)),
      outputs,
      clamp: activation === undefined ? undefined : constantClamp(reading.graph, activation),
    },
  ];
}

function activationBehind({ consumers, graphOutputs }: QdqReading, node: Node): Node | undefined {
  const [output = ''] = node.outputs;
  const [consumer, ...others] = consumers.get(output) ?? [];
  const fuses =
    consumer !== undefined &&
    others.length === 0 &&
    node.outputs.length === 1 &&
    activationKinds.has(consumer.kind) &&
    consumer.inputs[0] === output;
  return fuses && !graphOutputs.has(output) ? consumer : undefined;
}

function constantClamp(graph: Graph, node: Node): Clamp {
  const clamp = clampOf(graph, node);
  if (clamp === undefined) throw new Unsupported(node, 'its bounds are not constant');
  return clamp;
}

/** The integers behind an operator's float output, which its only reader makes; indices and the like stay as they are. */
function storedOutput(reading: QdqReading, node: Node, output: string): Operand {
  const type = reading.types.get(output);
  if (type !== undefined && type.elementType !== 'float32') {
    const operand = { name: output, shape: type.shape, elementType: type.elementType };
    reading.stored.set(output, operand);
    return operand;
  }
  const readers = reading.consumers.get(output) ?? [];
  const [quantizer] = readers;
  if (quantizer?.kind !== 'QuantizeLinear' || readers.length !== 1) {
    throw new Unsupported(
      node,
      'its output is float32 and not quantized; TFLite is written of networks that are quantized throughout',
    );
  }
  reading.absorbed.add(quantizer);
  return integers(reading, quantizer, quantizer.outputs[0] ?? '');
}

function operandOf(reading: QdqReading, node: Node, name: string): Operand | undefined {
  if (name === '') return undefined;
  const constant = reading.graph.initializers.get(name);
  if (constant !== undefined)
    return { name, shape: constant.shape, elementType: constant.elementType, constant };
  const stored = reading.stored.get(name);
  if (stored === undefined)
    throw new Unsupported(
      node,
      `its input ${name.slice(0, 100)} is not quantized; TFLite is written of networks that are quantized throughout`,
    );
  return stored;
}

function floatInput(reading: QdqReading, node: Node, name: string): Operand {
  const stored = reading.stored.get(name);
  if (stored !== undefined) return stored;
  if (!reading.graph.inputs.some((input) => input.name === name))
    throw new Unsupported(node, `nothing quantized makes its input ${name.slice(0, 100)}`);
  return floats(reading, name);
}

function floats({ types }: QdqReading, name: string): Operand {
  return { name, shape: types.get(name)?.shape ?? [], elementType: 'float32' };
}

/** The integer tensor of a QuantizeLinear or DequantizeLinear with its encoding. */
function integers({ graph, types }: QdqReading, converter: Node, name: string): Operand {
  const type = types.get(name);
  const [scale, zeroPoint] = converter.inputs
    .slice(1)
    .map((constant) => graph.initializers.get(constant));
  if (type === undefined || scale?.elementType !== 'float32')
    throw new Unsupported(converter, 'its scale is not a float32 constant');
  const zeros =
    zeroPoint === undefined ? [0] : Array.from<number | bigint>(zeroPoint.data).map(Number);
  if (zeros.some((zero) => zero !== zeros[0]))
    throw new Unsupported(
      converter,
      'its zero points differ between channels; TFLite has per-channel scales with one zero point',
    );
  const constant = graph.initializers.get(name);
  const axis = intAttribute(converter, 'axis', 1);
  const quantization = {
    scales: scale.data,
    zeroPoint: zeros[0] ?? 0,
    axis: axis < 0 ? axis + type.shape.length : axis,
  };
  return { name, shape: type.shape, elementType: type.elementType, quantization, constant };
}
