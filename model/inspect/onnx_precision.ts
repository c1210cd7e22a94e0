import { fail, type Result } from '../../common/result';
import type { Precision } from '../../common/target';
import { precisionOf, unmeasurable, type Arithmetic } from './precision';
import { liveNodes, type Graph, type Node, type TensorType } from '../onnx/graph';
import { quote } from '../onnx/quote';

/** Where operators with products have their operands: between those of quantizing ones lie scales and zero points. */
const operandsByKind: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...kindsWith([0, 1], ['Conv', 'ConvTranspose', 'DeformConv', 'Gemm', 'MatMul']),
  ...kindsWith(
    [0, 1],
    ['com.microsoft.FusedConv', 'com.microsoft.FusedGemm', 'com.microsoft.FusedMatMul'],
  ),
  ...kindsWith([0, 1, 2], ['LSTM', 'GRU', 'RNN']),
  ...kindsWith([0, 3], ['QLinearConv', 'QLinearMatMul', 'com.microsoft.QGemm']),
]);

function kindsWith(
  operands: readonly number[],
  kinds: readonly string[],
): (readonly [string, readonly number[]])[] {
  return kinds.map((kind) => [kind, operands]);
}

/** Operators that quantize their activations anew in each run, by ranges that no calibration fixed. */
const dynamicKinds: ReadonlySet<string> = new Set([
  ...['DynamicQuantizeLinear', 'ConvInteger', 'MatMulInteger'],
  ...[
    'com.microsoft.DynamicQuantizeMatMul',
    'com.microsoft.MatMulIntegerToFloat',
    'com.microsoft.DynamicQuantizeLSTM',
  ],
]);

/** Operators that change no value, so that a product behind them works on what is before them. */
const movements: ReadonlySet<string> = new Set([
  'Identity',
  'Reshape',
  'Transpose',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
]);

type Types = ReadonlyMap<string, TensorType>;

/** Why no precision can be told, from the operators alone, whose shapes may not be known. Undefined if one can. */
export function dynamicQuantization(graph: Graph): string | undefined {
  const node = liveNodes(graph).find(({ kind }) => dynamicKinds.has(kind));
  if (node === undefined) return undefined;
  const where = `node ${quote(node.name)} is ${node.kind}`;
  return unmeasurable(
    `it is quantized dynamically: ${where}, and activations are float32 between operators`,
  );
}

/** The precision that a target must have to run this graph, told by its products; without any, by all that it reads. */
export function onnxPrecision(graph: Graph, types: Types): Result<Precision, string> {
  const dynamic = dynamicQuantization(graph);
  if (dynamic !== undefined) return fail(dynamic);
  const operands = new Operands(graph, types);
  const products = liveNodes(graph).filter(({ kind }) => operandsByKind.has(kind));
  const sources = products.flatMap(({ kind, inputs }) =>
    (operandsByKind.get(kind) ?? []).map((index) => operands.sourceOf(inputs[index] ?? '')),
  );
  const ofProducts = arithmeticOf(sources);
  return precisionOf(ofProducts.activations.size > 0 ? ofProducts : operands.ofAll());
}

/** Where a tensor's values come from. */
interface TensorSource {
  /** As it is computed with: of a dequantized tensor the integers. */
  readonly elementType: string;
  readonly isConstant: boolean;
}

function arithmeticOf(sources: readonly (TensorSource | undefined)[]): Arithmetic {
  const typesOf = (isConstant: boolean): ReadonlySet<string> =>
    new Set(
      sources.flatMap((source) => (source?.isConstant === isConstant ? [source.elementType] : [])),
    );
  return { activations: typesOf(false), weights: typesOf(true) };
}

class Operands {
  readonly #graph: Graph;
  readonly #types: Types;
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(graph: Graph, types: Types) {
    this.#graph = graph;
    this.#types = types;
    this.#makers = new Map(
      graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
    );
  }

  /** Undefined for an operand that is left out. */
  sourceOf(tensor: string): TensorSource | undefined {
    const elementType = this.#types.get(tensor)?.elementType;
    if (elementType === undefined) return undefined;
    let [name, maker] = [tensor, this.#makers.get(tensor)];
    // Each step leads to an earlier node, so it ends.
    while (maker !== undefined && movements.has(maker.kind)) [name, maker] = this.#before(maker);
    if (maker?.kind !== 'DequantizeLinear')
      return { elementType, isConstant: this.#isConstant(name) };
    const integers = maker.inputs[0] ?? '';
    return {
      elementType: this.#types.get(integers)?.elementType ?? elementType,
      isConstant: this.#isConstant(integers),
    };
  }

  /** Of a graph without products: what its quantizers say, else the floating-point numbers that it reads. */
  ofAll(): Arithmetic {
    const live = liveNodes(this.#graph);
    const quantized = live.flatMap((node) =>
      node.kind === 'DequantizeLinear' ? [this.sourceOf(node.outputs[0] ?? '')] : [],
    );
    // Biases are int32 whatever the rest is.
    const integers = arithmeticOf(quantized.filter((source) => source?.elementType !== 'int32'));
    if (integers.activations.size > 0) return integers;
    const read = [...this.#graph.inputs, ...this.#graph.initializers.values()].map(
      ({ elementType }) => elementType,
    );
    return {
      activations: new Set(read.filter((type) => type.startsWith('float'))),
      weights: new Set(),
    };
  }

  /** Whether no input of the network reaches it: constants that are quantized, cast or moved when the model is loaded. */
  #isConstant(tensor: string): boolean {
    let [name, maker] = [tensor, this.#makers.get(tensor)];
    while (
      maker !== undefined &&
      (maker.kind === 'QuantizeLinear' || maker.kind === 'Cast' || movements.has(maker.kind))
    ) {
      [name, maker] = this.#before(maker);
    }
    return this.#graph.initializers.has(name) || maker?.kind === 'Constant';
  }

  #before({ inputs }: Node): [string, Node | undefined] {
    const [name = ''] = inputs;
    return [name, this.#makers.get(name)];
  }
}
