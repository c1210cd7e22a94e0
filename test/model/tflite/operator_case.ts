import { createRandom } from '../../../common/random';
import type { Attribute, Graph, Tensor } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  ints,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';

export interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly build: (builder: GraphBuilder, inputs: readonly string[]) => string;
  readonly outputShape: readonly number[];
  /** TFLite operators between the edges' QUANTIZE and DEQUANTIZE. */
  readonly kinds: readonly string[];
  /** Where TFLite's kernel rounds otherwise than ONNX Runtime's: the share of elements that may differ, and by how many steps. */
  readonly rounding?: { readonly share: number; readonly largest?: number };
  /** The same with activations of 16 bits, where it is more than a kernel's usual. */
  readonly wideSteps?: number;
}

export function graphOf({ name, inputs, build, outputShape }: OperatorCase): Graph {
  const builder = createGraphBuilder(name);
  const names = inputs.map((shape, index) => builder.input(`x${index}`, shape));
  return builder.finish([
    { name: build(builder, names), elementType: 'float32', shape: outputShape },
  ]);
}

export function randomTensor(name: string, shape: readonly number[]): Tensor {
  const random = createRandom(name);
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 3),
  );
}

export function integers(...values: number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export const scalar = (value: number): Tensor => float32Tensor([], Float32Array.of(value));

export function text(value: string): Attribute {
  return { kind: 'string', value };
}

export const image = [1, 8, 9, 10];

export function one(
  name: string,
  kind: string,
  {
    input = image,
    output = input,
    attributes = {},
    constants = [],
    kinds,
    rounding = { share: 0 },
  }: {
    readonly input?: readonly number[];
    readonly output?: readonly number[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly constants?: readonly Tensor[];
  } & Pick<OperatorCase, 'kinds' | 'rounding'>,
): OperatorCase {
  return {
    name,
    inputs: [input],
    outputShape: output,
    kinds,
    rounding,
    build: (b, [x]) =>
      b.node(
        'y',
        kind,
        [x!, ...constants.map((tensor, index) => b.constant(`c${index}`, tensor))],
        attributes,
      ),
  };
}

export function two(
  name: string,
  kind: string,
  [first, second, output]: readonly [readonly number[], readonly number[], readonly number[]],
  kinds: readonly string[],
): OperatorCase {
  return {
    name,
    inputs: [first, second],
    outputShape: output,
    kinds,
    build: (b, [x, y]) => b.node('y', kind, [x!, y!]),
  };
}

export const signal = [1, 8, 20];

export const pads = (...values: number[]): Readonly<Record<string, Attribute>> => ({
  pads: ints(...values),
});
