import fc from 'fast-check';
import type { Graph, Node } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int } from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';
import { encodingsFromRanges } from '../../../../model/quantize/choice/network_encodings';
import type { NetworkEncodings } from '../../../../model/quantize/encoding/encoding';
import { insertQdq } from '../../../../model/quantize/insertion/insert_qdq';
import { defaultQuantization } from '../../../../model/quantize/options/options';
import { planQuantization } from '../../../../model/quantize/quantize';
import { drawnRanges, randomGraphs } from '../random_graphs';

const isConversion = ({ kind }: Node): boolean =>
  kind === 'QuantizeLinear' || kind === 'DequantizeLinear';

/** Every node with where its operands come from once conversions are looked through: another node, an input, or a constant. */
function wiring(graph: Graph): readonly (readonly [string, readonly string[]])[] {
  const kept = graph.nodes.filter((node) => !isConversion(node));
  const places = new Map<string, string>(graph.inputs.map(({ name }) => [name, `input ${name}`]));
  for (const name of graph.initializers.keys()) places.set(name, 'constant');
  kept.forEach((node, index) =>
    node.outputs.forEach((output) => places.set(output, `node ${String(index)}`)),
  );
  const sources = new Map(
    graph.nodes.filter(isConversion).map((node) => [node.outputs[0]!, node.inputs[0]!]),
  );
  const placeOf = (tensor: string): string => {
    const place = places.get(tensor);
    return place ?? placeOf(sources.get(tensor)!);
  };
  return kept.map((node) => [node.kind, node.inputs.map(placeOf)]);
}

function quantized(
  graph: Graph,
  seed: number,
): { readonly result: Graph; readonly encodings: NetworkEncodings } {
  const options = defaultQuantization;
  const ranges = drawnRanges(graph, seed);
  const encodings = encodingsFromRanges(graph, planQuantization(graph, options), {
    ranges,
    options,
  });
  return { result: insertQdq(graph, encodings), encodings };
}

const numberAt = (graph: Graph, constant: string): number =>
  Number(graph.initializers.get(constant)!.data[0]);

describe('quantizers in a network', () => {
  const anyNetwork = fc.tuple(randomGraphs, fc.nat());

  test('change no connection: without them it is the network that it was', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        expect(wiring(quantized(graph, seed).result)).toEqual(wiring(graph));
      }),
    );
  });

  test('stand behind every tensor that has an encoding, with its numbers, and behind no other', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { result, encodings } = quantized(graph, seed);
        const kept = result.nodes.filter((node) => !isConversion(node));
        const raw = new Map<string, string>(graph.inputs.map(({ name }) => [name, name]));
        graph.nodes.forEach((node, index) =>
          node.outputs.forEach((tensor, position) =>
            raw.set(tensor, kept[index]!.outputs[position]!),
          ),
        );
        for (const [tensor, stored] of raw) {
          const encoding = encodings.activations.get(tensor);
          const pairs = result.nodes.filter(
            ({ kind, inputs }) => kind === 'QuantizeLinear' && inputs[0] === stored,
          );
          expect(pairs).toHaveLength(encoding === undefined ? 0 : 1);
          for (const { inputs } of pairs) {
            expect(numberAt(result, inputs[1]!)).toBe(encoding!.scale);
            expect(numberAt(result, inputs[2]!)).toBe(encoding!.zeroPoint);
          }
        }
      }),
    );
  });

  test('are read instead of the tensors: no operator reads a float that is stored as integers', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { result, encodings } = quantized(graph, seed);
        const dequantized = new Set(
          result.nodes
            .filter(({ kind }) => kind === 'DequantizeLinear')
            .map(({ outputs }) => outputs[0]),
        );
        graph.nodes.forEach((node, index) => {
          const reader = result.nodes.filter((each) => !isConversion(each))[index]!;
          node.inputs.forEach((input, position) => {
            if (encodings.activations.has(input))
              expect(dequantized).toContain(reader.inputs[position]);
          });
        });
      }),
    );
  });

  test('make every name once and before it is read, and keep the names of inputs and outputs', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { result } = quantized(graph, seed);
        const known = new Set([
          ...result.inputs.map(({ name }) => name),
          ...result.initializers.keys(),
        ]);
        for (const { inputs, outputs } of result.nodes) {
          for (const input of inputs.filter((name) => name !== '')) expect(known).toContain(input);
          for (const output of outputs) {
            expect(known).not.toContain(output);
            known.add(output);
          }
        }
        expect(result.inputs).toEqual(graph.inputs);
        expect(result.outputs).toEqual(graph.outputs);
        const types = inferShapes(result);
        const original = inferShapes(graph);
        if (!types.ok || !original.ok) throw new Error('both networks have shapes');
        for (const { name } of graph.outputs)
          expect(types.value.get(name)).toEqual(original.value.get(name));
      }),
    );
  });
});

describe('constants of a quantized network', () => {
  const encoding = (scale: number, zeroPoint: number) =>
    ({ elementType: 'uint8', scale, zeroPoint }) as const;

  test('are stored once for all readers, a bias for each: it counts in units of its input', () => {
    const builder = createGraphBuilder('shared');
    const x = builder.input('x', [1, 2]);
    const w = builder.constant('w', float32Tensor([2, 2], Float32Array.of(1, -1, 0.5, 2)));
    const b = builder.constant('b', float32Tensor([2], Float32Array.of(1, -3)));
    const first = builder.node('first', 'Gemm', [x, w, b], { transB: int(1) });
    const second = builder.node('second', 'Gemm', [first, w, b], { transB: int(1) });
    const graph = builder.finish([{ name: second, elementType: 'float32', shape: [1, 2] }]);
    const scales = Float32Array.of(1 / 64, 1 / 32);
    const result = insertQdq(graph, {
      activations: new Map([
        ['x', encoding(1 / 16, 0)],
        ['first', encoding(1 / 8, 128)],
        ['second', encoding(1 / 4, 128)],
      ]),
      weights: new Map([['w', { axis: 0, scales }]]),
      convertedFactors: new Map(),
    });
    expect([...result.initializers.get('w/quantized')!.data].map(Number)).toEqual([
      64, -64, 16, 64,
    ]);
    const biases = [...result.initializers].filter(
      ([name, { elementType }]) => elementType === 'int32' && name.endsWith('quantized'),
    );
    expect(biases.map(([, { data }]) => [...data].map(Number))).toEqual([
      [1 * 16 * 64, -3 * 16 * 32],
      [1 * 8 * 64, -3 * 8 * 32],
    ]);
  });

  test('that are operands of a sum saturate at the ends of the encoding', () => {
    const builder = createGraphBuilder('operand');
    const sum = builder.node('sum', 'Add', [
      builder.input('x', [1, 4]),
      builder.constant('c', float32Tensor([1, 4], Float32Array.of(-9, -0.5, 0.26, 9))),
    ]);
    const graph = builder.finish([{ name: sum, elementType: 'float32', shape: [1, 4] }]);
    const result = insertQdq(graph, {
      activations: new Map([
        ['x', encoding(0.5, 128)],
        ['c', encoding(0.5, 10)],
        ['sum', encoding(0.5, 128)],
      ]),
      weights: new Map(),
      convertedFactors: new Map(),
    });
    expect([...result.initializers.get('c/operand/quantized')!.data]).toEqual([0, 9, 11, 28]);
  });

  test('that no encoding names stay as they are', () => {
    const builder = createGraphBuilder('limits');
    const limit = builder.constant('limit', float32Tensor([], Float32Array.of(3)));
    const y = builder.node('y', 'Clip', [builder.input('x', [1, 4]), '', limit]);
    const graph = builder.finish([{ name: y, elementType: 'float32', shape: [1, 4] }]);
    const result = insertQdq(graph, {
      activations: new Map([
        ['x', encoding(0.5, 128)],
        ['y', encoding(0.5, 128)],
      ]),
      weights: new Map(),
      convertedFactors: new Map(),
    });
    expect(result.initializers.get('limit')).toEqual(graph.initializers.get('limit'));
    expect(result.nodes.find(({ kind }) => kind === 'Clip')!.inputs).toEqual([
      'x/dequantized',
      '',
      'limit',
    ]);
  });

  test('take other names where the network has theirs already', () => {
    const builder = createGraphBuilder('taken');
    const taken = builder.node('x/quantized', 'Relu', [builder.input('x', [1, 4])]);
    const graph = builder.finish([{ name: taken, elementType: 'float32', shape: [1, 4] }]);
    const result = insertQdq(graph, {
      activations: new Map([
        ['x', encoding(0.5, 128)],
        ['x/quantized', encoding(0.5, 128)],
      ]),
      weights: new Map(),
      convertedFactors: new Map(),
    });
    expect(result.nodes[0]!.outputs).toEqual(['x/quantized_']);
    expect(result.outputs[0]!.name).toBe('x/quantized');
  });
});
