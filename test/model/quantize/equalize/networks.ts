import { createRandom, type Random } from '../../../../common/random';
import { createSession } from '../../../../model/execute/session';
import { findLinks } from '../../../../model/quantize/equalize/chain';
import { forEachRun } from '../../../../model/quantize/equalize/layer';
import type { Graph, Tensor } from '../../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../../model/onnx/write';

export type Activation = 'Relu' | 'Clip' | 'LeakyRelu' | 'PRelu';

export function randomTensor(random: Random, shape: readonly number[], deviation: number): Tensor {
  return float32Tensor(
    shape,
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => random.normal() * deviation,
    ),
  );
}

/** Adds layers with seeded weights to a builder. */
export function layers(builder: GraphBuilder, random: Random, activation: Activation) {
  const weights = (name: string, shape: readonly number[], biases: number): readonly string[] => {
    const deviation = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1));
    return [
      builder.constant(`${name}.weight`, randomTensor(random, shape, deviation)),
      builder.constant(`${name}.bias`, randomTensor(random, [biases], 0.1)),
    ];
  };
  return {
    conv: (
      name: string,
      input: string,
      [outputs, inputs, kernel]: readonly [number, number, number],
      group = 1,
    ): string =>
      builder.node(
        name,
        'Conv',
        [input, ...weights(name, [outputs, inputs / group, kernel, kernel], outputs)],
        {
          kernel_shape: ints(kernel, kernel),
          pads: ints(...Array.from({ length: 4 }, () => (kernel - 1) / 2)),
          group: int(group),
        },
      ),
    gemm: (name: string, input: string, outputs: number, inputs: number): string =>
      builder.node(name, 'Gemm', [input, ...weights(name, [outputs, inputs], outputs)], {
        transB: int(1),
      }),
    active: (name: string, input: string, channels: number): string => {
      if (activation === 'Clip')
        return builder.node(name, 'Clip', [
          input,
          builder.constant(`${name}.min`, float32Tensor([], Float32Array.of(0))),
          builder.constant(`${name}.max`, float32Tensor([], Float32Array.of(6))),
        ]);
      return builder.node(
        name,
        activation,
        activation === 'PRelu'
          ? [input, builder.constant(`${name}.slope`, randomTensor(random, [channels, 1, 1], 0.2))]
          : [input],
      );
    },
  };
}

/** Stem, inverted residuals (the second with a shortcut), pool and dense layers, as in MobileNetV2. */
export function invertedResiduals(activation: Activation, seed: number | string): Graph {
  const builder = createGraphBuilder('inverted residuals');
  const add = layers(builder, createRandom(seed), activation);
  const block = (
    name: string,
    input: string,
    [inputs, outputs]: readonly [number, number],
  ): string => {
    const wide = 3 * inputs;
    const expanded = add.active(
      `${name}.expand.act`,
      add.conv(`${name}.expand`, input, [wide, inputs, 1]),
      wide,
    );
    const filtered = add.active(
      `${name}.depthwise.act`,
      add.conv(`${name}.depthwise`, expanded, [wide, wide, 3], wide),
      wide,
    );
    return add.conv(`${name}.project`, filtered, [outputs, wide, 1]);
  };
  const stem = add.active(
    'stem.act',
    add.conv('stem', builder.input('image', [1, 3, 12, 12]), [8, 3, 3]),
    8,
  );
  const first = block('first', stem, [8, 12]);
  const sum = builder.node('sum', 'Add', [first, block('second', first, [12, 12])]);
  const last = add.active(
    'last.act',
    add.conv('last', block('third', sum, [12, 16]), [32, 16, 1]),
    32,
  );
  const flat = builder.node('flat', 'Flatten', [builder.node('pool', 'GlobalAveragePool', [last])]);
  return builder.finish([
    { name: add.gemm('classifier', flat, 10, 32), elementType: 'float32', shape: [1, 10] },
  ]);
}

/**
 * The same function with channels scaled badly: each channel between two layers is multiplied by up to 10^(decades / 2) or divided by
 * as much, and the next layer's weights undo it.
 */
export function scaledBadly(graph: Graph, decades: number, seed: number | string): Graph {
  const random = createRandom(seed);
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [
      name,
      tensor.elementType === 'float32' ? float32Tensor(tensor.shape, tensor.data.slice()) : tensor,
    ]),
  );
  const floats = (name: string | undefined): Float32Array =>
    initializers.get(name!)!.data as Float32Array;
  for (const { from, to, spread } of findLinks(graph, types.value)) {
    const factors = Array.from(
      { length: from.outputChannels },
      () => 10 ** ((random.next() - 0.5) * decades),
    );
    const [before, bias, after] = [
      floats(from.node.inputs[1]),
      floats(from.node.inputs[2]),
      floats(to.node.inputs[1]),
    ];
    forEachRun(from, (run, output) =>
      before
        .subarray(run * from.runLength, (run + 1) * from.runLength)
        .forEach((weight, index, values) => (values[index] = weight * factors[output]!)),
    );
    bias.forEach((value, channel) => (bias[channel] = value * factors[channel]!));
    forEachRun(to, (run, _, input) =>
      after
        .subarray(run * to.runLength, (run + 1) * to.runLength)
        .forEach(
          (weight, index, values) =>
            (values[index] = weight / factors[Math.floor(input / spread)]!),
        ),
    );
  }
  return { ...graph, initializers };
}

/** Seeded inputs for a graph with one input. */
export function randomInputs(
  graph: Graph,
  count: number,
  seed: number | string,
): readonly Float32Array[] {
  const random = createRandom(seed);
  const elements = graph.inputs[0]!.shape!.reduce<number>(
    (product, size) => product * Number(size),
    1,
  );
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: elements }, () => random.normal()),
  );
}

/** The outputs of the graph in ONNX Runtime, one after the other. */
export async function outputsOf(
  graph: Graph,
  inputs: readonly Float32Array[],
): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  const [{ name, shape }] = graph.inputs as [Graph['inputs'][number]];
  const outputs: number[] = [];
  for (const data of inputs)
    outputs.push(
      ...(await session.run(new Map([[name, { shape: shape!.map(Number), data }]]))).get(
        graph.outputs[0]!.name,
      )!.data,
    );
  await session.release();
  return Float32Array.from(outputs);
}

/** The largest difference over the largest value. */
export function relativeError(expected: Float32Array, actual: Float32Array): number {
  let [difference, largest] = [0, 0];
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(value - (actual[index] ?? NaN)));
    largest = Math.max(largest, Math.abs(value));
  });
  return difference / largest;
}
