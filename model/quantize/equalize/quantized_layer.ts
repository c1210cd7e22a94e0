import { roundHalfEven } from '../encoding/encoding';
import type { Graph, Node, Tensor } from '../../onnx/graph';

/** A layer of a QDQ graph whose bias is int32 in units of the accumulator. */
export interface QuantizedLayer {
  readonly node: Node;
  /** What the integers of the weights stand for, in their layout; null where they are not int8 constants. */
  readonly weights: Float32Array | null;
  readonly bias: QuantizedBias;
}

export interface QuantizedBias {
  /** Of the initializer with the integers. */
  readonly name: string;
  readonly integers: Int32Array;
  readonly scaleOf: (channel: number) => number;
}

const largestInt32 = 2 ** 31 - 1;

/** The layers of a QDQ graph with biases of their own, in execution order. Found by structure, whatever the names. */
export function quantizedLayers(graph: Graph): readonly QuantizedLayer[] {
  const dequantizers = new Map(
    graph.nodes
      .filter((node) => node.kind === 'DequantizeLinear')
      .map((node) => [node.outputs[0] ?? '', node]),
  );
  const uses = new Map<string, number>();
  for (const input of graph.nodes.flatMap((node) => node.inputs))
    uses.set(input, (uses.get(input) ?? 0) + 1);
  return graph.nodes.flatMap((node) => {
    const [weight, bias] = [
      dequantizers.get(node.inputs[1] ?? ''),
      dequantizers.get(node.inputs[2] ?? ''),
    ];
    if (
      !['Conv', 'ConvTranspose', 'Gemm'].includes(node.kind) ||
      weight === undefined ||
      bias === undefined
    )
      return [];
    const [name = '', scaleName = ''] = bias.inputs;
    const [integers, scales] = [graph.initializers.get(name), graph.initializers.get(scaleName)];
    if (
      integers?.elementType !== 'int32' ||
      scales?.elementType !== 'float32' ||
      uses.get(name) !== 1 ||
      uses.get(bias.outputs[0] ?? '') !== 1
    )
      return [];
    const { data } = scales;
    const scaleOf = (channel: number): number => (data.length === 1 ? data[0] : data[channel]) ?? 1;
    return [
      {
        node,
        weights: dequantizedConstant(graph, weight),
        bias: { name, integers: integers.data, scaleOf },
      },
    ];
  });
}

/** The real numbers of a symmetric int8 constant. */
function dequantizedConstant(graph: Graph, { inputs, attributes }: Node): Float32Array | null {
  const [integers, scales] = [
    graph.initializers.get(inputs[0] ?? ''),
    graph.initializers.get(inputs[1] ?? ''),
  ];
  if (integers?.elementType !== 'int8' || scales?.elementType !== 'float32') return null;
  const axis = attributes.get('axis');
  const dimension = axis?.kind === 'int' ? axis.value : 1;
  const inner =
    scales.data.length === 1
      ? 1
      : integers.shape.slice(dimension + 1).reduce((product, size) => product * size, 1);
  const { length } = scales.data;
  return Float32Array.from(
    integers.data,
    (integer, index) => integer * (scales.data[Math.floor(index / inner) % length] ?? 1),
  );
}

/** The bias's integers less the shift, which is a real number per channel; saturating. */
export function shiftedBias(
  { integers, scaleOf }: QuantizedBias,
  shift: ArrayLike<number>,
): Int32Array {
  return integers.map((integer, channel) => {
    const moved = integer - roundHalfEven((shift[channel] ?? 0) / scaleOf(channel));
    return Math.min(Math.max(moved, -largestInt32), largestInt32);
  });
}

/** The graph with other integers for some biases, by the name of the initializer. */
export function withBiasIntegers(graph: Graph, biases: ReadonlyMap<string, Int32Array>): Graph {
  const replaced = [...biases].map(([name, data]): readonly [string, Tensor] => [
    name,
    { elementType: 'int32', shape: graph.initializers.get(name)?.shape ?? [data.length], data },
  ]);
  return { ...graph, initializers: new Map([...graph.initializers, ...replaced]) };
}
