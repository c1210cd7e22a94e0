import {
  intAttribute,
  type Float32Tensor,
  type Graph,
  type Node,
  type TensorType,
} from '../../onnx/graph';
import type { Encoding } from '../encoding/encoding';
import { encodingGroups, type EncodingGroups } from './encoding_groups';
import { fusedTensors } from './fusion';
import { activationTypeOf, type QuantizationOptions } from '../options/options';
import { boundedTensors, roundingsOf, type Rounding } from './rounding';
import { centred, fixedEncoding } from '../options/target_rules';

/** A constant that an operator multiplies by: stored as symmetric int8. */
export interface PlacedWeight {
  readonly tensor: Float32Tensor;
  /** The dimension of output channels; null where the whole tensor has one scale. */
  readonly axis: number | null;
  /** The accumulators that its integers go into: their biases are int32 in units of input scale times weight scale. */
  readonly accumulators: readonly { readonly input: string; readonly bias: Float32Tensor | null }[];
}

/** Which tensors of a float graph are stored as integers; decided from its structure alone. */
export interface QuantizerPlacement {
  /** Inputs and nodes' outputs, in execution order. What fuses is not among them. */
  readonly activations: readonly string[];
  /** Float constants that are stored like activations: operands of sums and products. */
  readonly constants: readonly string[];
  /** Of these, the scales of layer normalizations: uint8 whatever the activations are, the form that Qualcomm's compiler takes. */
  readonly normScales: ReadonlySet<string>;
  /** By the name of the initializer. */
  readonly weights: ReadonlyMap<string, PlacedWeight>;
  readonly groups: EncodingGroups;
  /** Activations that a MatMul multiplies by, where the target wants them with their zero point in the middle. */
  readonly secondFactors: ReadonlySet<string>;
  /** Operators whose tensors' scales are to be free of ties; none where the target does not ask for it. */
  readonly roundings: readonly Rounding[];
  /** Tensors that an activation bounds from above. */
  readonly bounded: ReadonlySet<string>;
}

/** Their float constants are settings, not operands. */
const kindsWithSettings: ReadonlySet<string> = new Set([
  'Clip',
  'Resize',
  'Upsample',
  'Pad',
  'BatchNormalization',
  'InstanceNormalization',
  'QuantizeLinear',
  'DequantizeLinear',
  'Range',
  'OneHot',
]);

/** Plans which tensors of the canonical graph have encodings. `types` is what shape inference says of it. */
export function placeEncodings(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
  options: QuantizationOptions,
): QuantizerPlacement {
  const weights = placeWeights(graph, options);
  const fused = fusedTensors(graph);
  const made = [
    ...graph.inputs.map((input) => input.name),
    ...graph.nodes.filter((node) => node.kind !== 'Constant').flatMap((node) => node.outputs),
  ];
  const activations = made.filter(
    (tensor) => types.get(tensor)?.elementType === 'float32' && !fused.has(tensor),
  );
  const constants = [...new Set(graph.nodes.flatMap((node) => operandConstants(graph, node)))];
  const quantized = new Set([...activations, ...constants]);
  const fixed = new Map<string, Encoding>(
    graph.nodes.flatMap((node) => {
      const output = options.rules.fixedOutputs.get(node.kind);
      if (output === undefined) return [];
      const encoding = fixedEncoding(output, activationTypeOf(options.precision));
      return [
        [
          node.outputs[0] ?? '',
          options.rules.symmetricActivations ? centred(encoding) : encoding,
        ] as const,
      ];
    }),
  );
  const normScales = new Set(
    graph.nodes
      .filter((node) => node.kind === 'LayerNormalization')
      .map((node) => node.inputs[1] ?? ''),
  );
  const groups = encodingGroups(graph, { isQuantized: (tensor) => quantized.has(tensor), fixed });
  // Where all are symmetric no factor needs to be made so.
  const products =
    options.rules.symmetricSecondFactors && !options.rules.symmetricActivations
      ? graph.nodes.filter((node) => node.kind === 'MatMul' && quantized.has(node.inputs[1] ?? ''))
      : [];
  const secondFactors = new Set(products.map((node) => node.inputs[1] ?? ''));
  const roundings =
    options.rules.tieFree && options.precision === 'int8' ? roundingsOf(graph, types) : [];
  return {
    activations,
    constants,
    normScales,
    weights,
    groups,
    secondFactors,
    roundings,
    bounded: boundedTensors(graph),
  };
}

function placeWeights(
  graph: Graph,
  { weightsPer }: QuantizationOptions,
): ReadonlyMap<string, PlacedWeight> {
  const placed = new Map<string, PlacedWeight>();
  for (const node of graph.nodes) {
    const [input = '', name = ''] = node.inputs;
    const weight = weightOf(graph, node);
    if (weight === undefined) continue;
    const axis = weightsPer === 'tensor' ? null : weight.axis;
    const known = placed.get(name);
    placed.set(name, {
      tensor: weight.tensor,
      // Shared by operators that disagree: one scale suits both.
      axis: known === undefined || known.axis === axis ? axis : null,
      accumulators: [
        ...(known?.accumulators ?? []),
        { input, bias: accumulatorBias(graph, node) ?? null },
      ],
    });
  }
  return placed;
}

/** The node's constant weight with the dimension that counts output channels (null: it has none that devices know); undefined for operators without. */
export function weightOf(
  graph: Graph,
  node: Node,
): { readonly tensor: Float32Tensor; readonly axis: number | null } | undefined {
  const tensor = graph.initializers.get(node.inputs[1] ?? '');
  if (tensor?.elementType !== 'float32' || graph.initializers.has(node.inputs[0] ?? ''))
    return undefined;
  switch (node.kind) {
    case 'Conv':
      return { tensor, axis: 0 };
    case 'ConvTranspose':
      return { tensor, axis: intAttribute(node, 'group', 1) === 1 ? 1 : null };
    case 'Gemm':
      return { tensor, axis: intAttribute(node, 'transB', 0) === 1 ? 0 : 1 };
    case 'MatMul':
      return tensor.shape.length === 2 ? { tensor, axis: 1 } : undefined;
    default:
      return undefined;
  }
}

/** Operators that start their accumulators from a third input. */
const biasedKinds: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'LayerNormalization',
]);

/** The node's constant bias, if it is one value per output channel that an int32 accumulator can start from. */
export function accumulatorBias(graph: Graph, node: Node): Float32Tensor | undefined {
  const factor = graph.initializers.get(node.inputs[1] ?? '');
  if (!biasedKinds.has(node.kind) || factor?.elementType !== 'float32') return undefined;
  const bias = graph.initializers.get(node.inputs[2] ?? '');
  // Gemm scales its bias by beta; the accumulator form needs it plain.
  const beta = node.attributes.get('beta');
  const plain = beta === undefined || (beta.kind === 'float' && beta.value === 1);
  return bias?.elementType === 'float32' && bias.shape.length === 1 && plain ? bias : undefined;
}

function operandConstants(graph: Graph, node: Node): readonly string[] {
  if (kindsWithSettings.has(node.kind)) return [];
  const weight = weightOf(graph, node) === undefined ? [] : [1];
  const bias = accumulatorBias(graph, node) === undefined ? [] : [2];
  return node.inputs.filter(
    (name, index) =>
      !weight.includes(index) &&
      !bias.includes(index) &&
      graph.initializers.get(name)?.elementType === 'float32',
  );
}
