import {
  consumersByTensor,
  floatAttribute,
  type Graph,
  type Node,
  type TensorType,
} from '../../onnx/graph';
import { pooledElements, reducedElements } from './averaged_elements';
import { jointOf } from './encoding_groups';
import { clampOf } from '../../onnx/clamp';
import { fusedTensors } from './fusion';

/** What computes a number between integers and rounds it, with the tensors whose scales decide how. */
export type Rounding =
  /** Of a float number: one that comes from outside, or out of a layer normalization. */
  | { readonly kind: 'real'; readonly inputs: readonly []; readonly output: string }
  /** Of two operands, neither a difference nor clamped. */
  | {
      readonly kind: 'addition';
      readonly inputs: readonly [string, string];
      readonly output: string;
    }
  /** Any other of two operands. */
  | { readonly kind: 'sum'; readonly inputs: readonly string[]; readonly output: string }
  | {
      readonly kind: 'product';
      readonly inputs: readonly [string, string];
      readonly output: string;
    }
  | {
      readonly kind: 'mean';
      readonly inputs: readonly [string];
      readonly output: string;
      readonly count: number;
    }
  /** Of windows; they hold different numbers of elements where padding does not count. */
  | {
      readonly kind: 'average';
      readonly inputs: readonly [string];
      readonly output: string;
      readonly counts: readonly number[];
    }
  /** Of one operand, so that its 256 integers have 256 results. */
  | {
      readonly kind: 'hard-swish' | 'sigmoid';
      readonly inputs: readonly [string];
      readonly output: string;
    }
  /** Of an operand, before what joins it to others, if the two have different encodings. */
  | { readonly kind: 'conversion'; readonly inputs: readonly [string]; readonly output: string }
  | {
      readonly kind: 'hard-sigmoid';
      readonly inputs: readonly [string];
      readonly output: string;
      readonly line: Line;
    };

type Sum = Extract<Rounding, { kind: 'sum' | 'addition' }>;

export function isSum(rounding: Rounding): rounding is Sum {
  return rounding.kind === 'sum' || rounding.kind === 'addition';
}

/** Roundings of what operators compute, each of which has its own rule. */
export type OperatorRounding = Exclude<Rounding, { kind: 'sum' | 'addition' | 'conversion' }>;

/** Of a HardSigmoid between its ends: slope · x + offset. */
export interface Line {
  readonly slope: number;
  readonly offset: number;
}

/** The operators of a float graph that runtimes round each in their own way, in execution order. `types` is what shape inference says. */
export function roundingsOf(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
): readonly Rounding[] {
  const fused = fusedTensors(graph);
  const consumers = consumersByTensor(graph);
  const given = graph.inputs.map(({ name }): Rounding => ({
    kind: 'real',
    inputs: [],
    output: name,
  }));
  const made = graph.nodes.flatMap((node): readonly Rounding[] => {
    const [raw = ''] = node.outputs;
    const output = fused.has(raw) ? (consumers.get(raw)?.[0]?.outputs[0] ?? raw) : raw;
    const rounding = roundingOf({ graph, types, fused }, node);
    return rounding === undefined ? [] : [{ ...rounding, output }];
  });
  return [...given, ...made, ...graph.nodes.flatMap((node) => conversions(graph, node))];
}

function conversions(graph: Graph, node: Node): readonly Rounding[] {
  const joint = jointOf(graph, node);
  const operands = joint?.operands.filter((tensor) => !graph.initializers.has(tensor)) ?? [];
  return operands.map((tensor) => ({
    kind: 'conversion',
    inputs: [tensor],
    output: joint?.output ?? '',
  }));
}

/** Tensors that an activation bounds from above: a wider scale would let more through, so theirs must stay. */
export function boundedTensors(graph: Graph): ReadonlySet<string> {
  return new Set(
    graph.nodes
      .filter((node) => Number.isFinite(clampOf(graph, node)?.max))
      .map((node) => node.outputs[0] ?? ''),
  );
}

type WithoutOutput<Each> = Each extends unknown ? Omit<Each, 'output'> : never;

interface RoundingContext {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, TensorType>;
  readonly fused: ReadonlySet<string>;
}

function roundingOf(
  { graph, types, fused }: RoundingContext,
  node: Node,
): WithoutOutput<Rounding> | undefined {
  const [first = '', second = ''] = node.inputs;
  switch (node.kind) {
    case 'Add':
      return {
        kind: fused.has(node.outputs[0] ?? '') ? 'sum' : 'addition',
        inputs: [first, second],
      };
    case 'Sub':
      return { kind: 'sum', inputs: [first, second] };
    case 'Mul':
      return { kind: 'product', inputs: [first, second] };
    case 'GlobalAveragePool':
    case 'ReduceMean':
      return { kind: 'mean', inputs: [first], count: reducedElements(graph, types, node) };
    case 'AveragePool':
      return { kind: 'average', inputs: [first], counts: pooledElements(types, node) };
    case 'LayerNormalization':
      return { kind: 'real', inputs: [] };
    case 'HardSwish':
      return { kind: 'hard-swish', inputs: [first] };
    case 'Sigmoid':
      return { kind: 'sigmoid', inputs: [first] };
    case 'HardSigmoid':
      return {
        kind: 'hard-sigmoid',
        inputs: [first],
        line: {
          slope: floatAttribute(node, 'alpha', 0.2),
          offset: floatAttribute(node, 'beta', 0.5),
        },
      };
    default:
      return undefined;
  }
}
