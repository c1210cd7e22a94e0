import { createRandom } from '../../../../common/random';
import type { Graph } from '../../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../../model/onnx/graph_builder';
import { defaultQuantization } from '../../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../../model/quantize/quantize';
import { targetRules } from '../../../../model/quantize/options/target_rules';

function weights(name: string, ...shape: number[]): ReturnType<typeof float32Tensor> {
  const random = createRandom(name);
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );
}

/** A graph of one input of 1x4x8x8 whose last node is the output; the shape of the output does not matter here. */
function graphOf(build: (builder: GraphBuilder, image: string) => string): Graph {
  const builder = createGraphBuilder('placed');
  const last = build(builder, builder.input('image', [1, 4, 8, 8]));
  return builder.finish([{ name: last, elementType: 'float32', shape: null }]);
}

function conv(builder: GraphBuilder, name: string, input: string): string {
  return builder.node(
    name,
    'Conv',
    [
      input,
      builder.constant(`${name}.w`, weights(name, 4, 4, 1, 1)),
      builder.constant(`${name}.b`, weights(name, 4)),
    ],
    { kernel_shape: ints(1, 1) },
  );
}

const rangesOf = (graph: Graph): Map<string, { min: number; max: number }> =>
  new Map(
    graph.nodes
      .flatMap((node) => node.outputs)
      .map((tensor, index) => [
        tensor,
        { min: node(graph, tensor).kind === 'Relu' ? 0 : -1 - index, max: 1 + index },
      ]),
  );

function node(graph: Graph, output: string): Graph['nodes'][number] {
  return graph.nodes.find((each) => each.outputs.includes(output))!;
}

function quantized(graph: Graph, options = defaultQuantization): Graph {
  return quantizeWithStatistics(graph, rangesOf(graph), options);
}

/** Scale, zero point and type of the integers that a float tensor of the quantized graph comes from. */
function encodingOf(graph: Graph, tensor: string): readonly unknown[] {
  const dequantize = node(graph, tensor);
  expect(dequantize.kind).toBe('DequantizeLinear');
  const [scale, zero] = dequantize.inputs.slice(1).map((name) => graph.initializers.get(name)!);
  return [scale!.data[0], zero!.data[0], zero!.elementType];
}

const operands = (graph: Graph, output: string): readonly string[] =>
  graph.nodes.find((each) => each.name === output)!.inputs;

describe('placement', () => {
  test('rounds nothing between an operator and a clamp that begins at zero; other clamps are operators of their own', () => {
    const limits = (builder: GraphBuilder, name: string, min: number): readonly string[] =>
      [min, 6].map((limit, index) =>
        builder.constant(`${name}.${String(index)}`, float32Tensor([], Float32Array.of(limit))),
      );
    const graph = quantized(
      graphOf((builder, image) => {
        const six = builder.node('six', 'Clip', [
          conv(builder, 'a', image),
          ...limits(builder, 'six', 0),
        ]);
        return builder.node('hard', 'Clip', [
          conv(builder, 'b', six),
          ...limits(builder, 'hard', -6),
        ]);
      }),
    );
    expect(operands(graph, 'six')[0]).toBe('a');
    expect(node(graph, operands(graph, 'hard')[0]!).kind).toBe('DequantizeLinear');
    expect(graph.initializers.get('six.1')?.elementType).toBe('float32');
  });

  test('converts what an activation clamped before it is joined with what can be negative', () => {
    const graph = quantized(
      graphOf((builder, image) => {
        const active = builder.node('active', 'Relu', [conv(builder, 'a', image)]);
        return builder.node('joined', 'Concat', [active, conv(builder, 'b', image)], {
          axis: int(1),
        });
      }),
    );
    const [first, second] = operands(graph, 'joined').map((input) => encodingOf(graph, input));
    expect(first).toEqual(second);
    const beforeConversion = node(graph, node(graph, operands(graph, 'joined')[0]!).inputs[0]!)
      .inputs[0]!;
    expect(encodingOf(graph, beforeConversion)[1]).toBe(0);
  });

  test('joins activations of one kind without converting', () => {
    const graph = quantized(
      graphOf((builder, image) => {
        const branch = (name: string): string =>
          builder.node(`${name}.relu`, 'Relu', [conv(builder, name, image)]);
        return builder.node('joined', 'Concat', [branch('a'), branch('b')], { axis: int(1) });
      }),
    );
    expect(graph.nodes.filter((each) => each.kind === 'QuantizeLinear')).toHaveLength(4);
  });

  test.each([
    ['Sigmoid', [1 / 256, 0, 'uint8']],
    ['HardSigmoid', [1 / 256, 0, 'uint8']],
    ['Softmax', [1 / 256, 0, 'uint8']],
    ['Tanh', [1 / 128, 128, 'uint8']],
    ['LogSoftmax', [1 / 16, 255, 'uint8']],
  ])('stores %s on phones as its kernels do, also behind a reshape', (kind, expected) => {
    const graph = graphOf((builder, image) =>
      builder.node('flat', 'Flatten', [builder.node('made', kind, [image])]),
    );
    expect(encodingOf(quantized(graph), 'flat')).toEqual(expected);
    expect(
      encodingOf(quantized(graph, { ...defaultQuantization, rules: targetRules.host }), 'flat'),
    ).not.toEqual(expected);
  });

  test.each([
    ['Sigmoid', [1 / 65_536, 0, 'uint16']],
    ['HardSigmoid', [1 / 65_536, 0, 'uint16']],
    ['Tanh', [1 / 32_768, 32_768, 'uint16']],
  ])('stores %s in 16 bits the same way', (kind, expected) => {
    const graph = graphOf((builder, image) => builder.node('made', kind, [image]));
    expect(
      encodingOf(quantized(graph, { ...defaultQuantization, precision: 'w8a16' }), 'made'),
    ).toEqual(expected);
  });

  test('stores a layer normalization as uint8 scale and int32 bias, in 16 bits as well', () => {
    const graph = quantized(
      graphOf((builder, image) =>
        builder.node(
          'norm',
          'LayerNormalization',
          [image, builder.constant('g', weights('g', 8)), builder.constant('b', weights('b', 8))],
          { axis: int(-1) },
        ),
      ),
      { ...defaultQuantization, precision: 'w8a16' },
    );
    const [input, scale, bias] = operands(graph, 'norm');
    expect(encodingOf(graph, input!)[2]).toBe('uint16');
    expect(encodingOf(graph, scale!)[2]).toBe('uint8');
    expect(encodingOf(graph, bias!)).toEqual([
      Math.fround(
        (encodingOf(graph, input!)[0] as number) * (encodingOf(graph, scale!)[0] as number),
      ),
      0,
      'int32',
    ]);
  });

  test('per tensor has one scale for a weight and its bias', () => {
    const graph = quantized(
      graphOf((builder, image) => conv(builder, 'a', image)),
      { ...defaultQuantization, weightsPer: 'tensor' },
    );
    const constants = operands(graph, 'a')
      .slice(1)
      .map((input) => graph.initializers.get(node(graph, input).inputs[1]!)!.shape);
    expect(constants).toEqual([[], []]);
  });

  test('quantizes both sides of a product of activations, and constants of sums', () => {
    const graph = quantized(
      graphOf((builder, image) => {
        const product = builder.node('product', 'MatMul', [
          image,
          builder.node('turned', 'Transpose', [image], { perm: ints(0, 1, 3, 2) }),
        ]);
        return builder.node('sum', 'Add', [
          product,
          builder.constant('shift', weights('shift', 8)),
        ]);
      }),
    );
    for (const input of [...operands(graph, 'product'), ...operands(graph, 'sum')])
      expect(encodingOf(graph, input)[2]).toBe('uint8');
    expect(encodingOf(graph, operands(graph, 'product')[0]!)).toEqual(
      encodingOf(graph, operands(graph, 'product')[1]!),
    );
  });

  test("keeps its names apart from the network's own", () => {
    const graph = graphOf((builder, image) =>
      builder.node('image/quantized', 'Sigmoid', [builder.node('image/scale', 'Tanh', [image])]),
    );
    const names = quantized(graph)
      .nodes.flatMap((each) => each.outputs)
      .concat([...quantized(graph).initializers.keys()]);
    expect(new Set(names).size).toBe(names.length);
  });
});
