import { peakActivationBytes } from '../cost/peak_memory';
import { elementCount } from '../onnx/graph';
import { segmentInput, type Layer } from './layer';
import { inferLayerShapes, type Shape } from './layer_shape';
import { lowerLayers } from './lower';
import { segmentsOf, type NetworkSpec } from './network_spec';
import type { Operator } from './operator';

/** What running a float network (or a part of it) once takes, from its layers alone. */
export interface LayerCost {
  /** Products of weights or matrices with data, as model/cost counts them. */
  readonly macs: number;
  /** As trained: normalizations' scales and shifts count, running statistics do not. */
  readonly parameters: number;
  /** Of the float32 file's constants, normalizations folded. */
  readonly weightBytes: number;
  readonly peakActivationBytes: number;
  /** ONNX operators, normalizations folded. */
  readonly operators: number;
}

const floatBytes = 4;
const int64Bytes = 8;

/** Cost of a segment on an input of this shape, and the shape of its output. */
export function costOfSegment(
  { layers, output }: { readonly layers: readonly Layer[]; readonly output: string },
  input: Shape,
): { readonly cost: LayerCost; readonly output: Shape } {
  const shapes = inferLayerShapes(layers, input);
  const { operators, tensorOf } = lowerLayers(layers, shapes);
  const sizes = new Map([
    [segmentInput, floatBytes * elementCount(input)],
    ...operators.map(
      (operator) => [operator.name, floatBytes * elementCount(operator.outputShape)] as const,
    ),
  ]);
  const steps = operators.map((operator) => ({
    reads: operator.inputs.filter((tensor) => typeof tensor === 'string'),
    makes: [operator.name],
  }));
  const cost = {
    macs: operators.reduce((sum, operator) => sum + macsOf(operator, shapes), 0),
    parameters: layers.reduce((sum, layer) => sum + parametersOf(layer, shapes), 0),
    weightBytes: operators.reduce((sum, operator) => sum + constantBytes(operator), 0),
    peakActivationBytes: peakActivationBytes(steps, sizes, new Set([tensorOf(output)])),
    operators: operators.length,
  };
  return { cost, output: shapes.get(output) ?? [] };
}

/** Cost of a whole network. @see costOfOnnx, which counts the same from the emitted graph */
export function costOfNetwork(network: NetworkSpec): LayerCost {
  let shape: Shape = [1, 3, ...network.imageSize];
  let total = noCost;
  for (const segment of segmentsOf(network)) {
    const { cost, output } = costOfSegment(segment, shape);
    shape = output;
    total = inSequence(total, cost);
  }
  return total;
}

const noCost: LayerCost = {
  macs: 0,
  parameters: 0,
  weightBytes: 0,
  peakActivationBytes: 0,
  operators: 0,
};

/** Of two parts that one tensor joins: all adds up but the memory, of which only the tensor between is needed by both. */
export function inSequence(first: LayerCost, second: LayerCost): LayerCost {
  return {
    macs: first.macs + second.macs,
    parameters: first.parameters + second.parameters,
    weightBytes: first.weightBytes + second.weightBytes,
    peakActivationBytes: Math.max(first.peakActivationBytes, second.peakActivationBytes),
    operators: first.operators + second.operators,
  };
}

/** Products of weights or matrices with data in one operator. */
export function macsOf(
  { kind, inputs, outputShape }: Operator,
  shapes: ReadonlyMap<string, Shape>,
): number {
  const [data, weight] = inputs;
  if (kind === 'MatMul' && typeof data === 'string')
    return elementCount(outputShape) * (shapes.get(data)?.at(-1) ?? 0);
  if ((kind !== 'Conv' && kind !== 'Gemm') || weight === undefined || typeof weight === 'string')
    return 0;
  return elementCount(outputShape) * elementCount(weight.shape.slice(1));
}

function constantBytes({ inputs }: Operator): number {
  return inputs.reduce(
    (sum, input) =>
      typeof input === 'string'
        ? sum
        : sum +
          elementCount(input.shape) *
            (input.values.kind === 'given' && input.values.elementType === 'int64'
              ? int64Bytes
              : floatBytes),
    0,
  );
}

function parametersOf(layer: Layer, shapes: ReadonlyMap<string, Shape>): number {
  const inputChannels = 'input' in layer ? (shapes.get(layer.input)?.[1] ?? 0) : 0;
  switch (layer.kind) {
    case 'conv':
      return (
        layer.channels * (inputChannels / layer.groups) * layer.kernel ** 2 +
        (layer.bias ? layer.channels : 0)
      );
    case 'dense':
      return layer.channels * inputChannels + layer.channels;
    case 'batchNorm':
    case 'layerNorm':
      return 2 * inputChannels;
    case 'classToken':
      return inputChannels;
    case 'positions':
      return elementCount(shapes.get(layer.name) ?? []);
    default:
      return 0;
  }
}
