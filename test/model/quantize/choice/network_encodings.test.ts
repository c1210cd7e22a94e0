import fc from 'fast-check';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, ints } from '../../../../model/onnx/graph_builder';
import { encodingsFromRanges } from '../../../../model/quantize/choice/network_encodings';
import {
  encodedRange,
  haveOneGrid,
  type NetworkEncodings,
} from '../../../../model/quantize/encoding/encoding';
import {
  defaultQuantization,
  type QuantizationOptions,
} from '../../../../model/quantize/options/options';
import { planQuantization } from '../../../../model/quantize/quantize';
import { drawnRanges, randomGraphs } from '../random_graphs';

const plain: QuantizationOptions = {
  ...defaultQuantization,
  rules: { ...defaultQuantization.rules, tieFree: false },
};

function chosen(
  graph: Graph,
  seed: number,
  options: QuantizationOptions = defaultQuantization,
): NetworkEncodings {
  const ranges = drawnRanges(graph, seed);
  return encodingsFromRanges(graph, planQuantization(graph, options), { ranges, options });
}

const anyNetwork = fc.tuple(randomGraphs, fc.nat());

describe('encodings chosen from ranges', () => {
  test('are there for all that is placed, and for nothing else', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { activations, weights } = chosen(graph, seed);
        const placement = planQuantization(graph, defaultQuantization);
        expect(new Set(activations.keys())).toEqual(
          new Set([...placement.activations, ...placement.constants]),
        );
        expect([...weights.keys()]).toEqual([...placement.weights.keys()]);
      }),
    );
  });

  test('hold what was seen: no value of the range is clipped by more than half a step', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const ranges = drawnRanges(graph, seed);
        const { groups } = planQuantization(graph, plain);
        const { activations } = chosen(graph, seed, plain);
        for (const [tensor, encoding] of activations) {
          const range = ranges.get(tensor);
          if (range === undefined || groups.fixed(tensor) !== undefined) continue;
          const { min, max } = encodedRange(encoding);
          // What only holds values of its operands need not reach further than they do.
          if (graph.nodes.some((node) => node.kind === 'Concat' && node.outputs.includes(tensor)))
            continue;
          const slack = encoding.scale * 0.501;
          expect(min).toBeLessThanOrEqual(range.min + slack);
          expect(max).toBeGreaterThanOrEqual(range.max - slack);
        }
      }),
    );
  });

  test('are equal within a group, whatever the ranges', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { activations } = chosen(graph, seed);
        const { groups } = planQuantization(graph, defaultQuantization);
        const byGroup = new Map<string, string>();
        for (const [tensor, encoding] of activations) {
          const first = byGroup.get(groups.of(tensor)) ?? tensor;
          byGroup.set(groups.of(tensor), first);
          expect(haveOneGrid(activations.get(first)!, encoding)).toBe(true);
        }
      }),
    );
  });

  test('of phones have the output ranges that TFLite fixes; those of the host are free', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const { activations } = chosen(graph, seed);
        for (const { kind, outputs } of graph.nodes)
          if (kind === 'Sigmoid')
            expect(activations.get(outputs[0]!)).toEqual({
              elementType: 'uint8',
              scale: 1 / 256,
              zeroPoint: 0,
            });
      }),
    );
  });

  test('that are free of ties are wider by little, never narrower', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const [before, after] = [chosen(graph, seed, plain), chosen(graph, seed)];
        for (const [tensor, { scale }] of before.activations) {
          const ratio = after.activations.get(tensor)!.scale / scale;
          expect(ratio).toBeGreaterThan(1 - 1e-5);
          // An even zero point, then a rule's tenth.
          expect(ratio).toBeLessThan(1.1 * 1.1);
        }
      }),
    );
  });

  test('of bounded tensors stay, or the integers would let more through than the activation does', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const placement = planQuantization(graph, defaultQuantization);
        const [before, after] = [chosen(graph, seed, plain), chosen(graph, seed)];
        for (const tensor of placement.bounded)
          expect(after.activations.get(tensor)).toEqual(before.activations.get(tensor));
      }),
    );
  });

  test('of 16 bits are as fine as 65,536 steps allow, and weights stay in 8', () => {
    fc.assert(
      fc.property(anyNetwork, ([graph, seed]) => {
        const eight = chosen(graph, seed, plain);
        const sixteen = chosen(graph, seed, { ...plain, precision: 'w8a16' });
        for (const [tensor, { scale, elementType }] of sixteen.activations) {
          expect(elementType).toBe('uint16');
          const other = eight.activations.get(tensor)!.scale;
          // A fixed output has a power of two of steps, a measured one a step less.
          expect(other / scale).toBeGreaterThan(255.9);
          expect(other / scale).toBeLessThan(257.1);
        }
        expect(sixteen.weights).toEqual(eight.weights);
      }),
    );
  });

  test('leave room for biases: none comes near the ends of int32', () => {
    const builder = createGraphBuilder('tiny weights');
    const y = builder.node(
      'y',
      'Conv',
      [
        builder.input('x', [1, 1, 2, 2]),
        builder.constant('w', float32Tensor([2, 1, 1, 1], Float32Array.of(1e-12, 1))),
        builder.constant('b', float32Tensor([2], Float32Array.of(5, 5))),
      ],
      { kernel_shape: ints(1, 1) },
    );
    const graph = builder.finish([{ name: y, elementType: 'float32', shape: [1, 2, 2, 2] }]);
    const { activations, weights } = chosen(graph, 1);
    const [tiny, usual] = weights.get('w')!.scales;
    const inputScale = activations.get('x')!.scale;
    expect(5 / (tiny! * inputScale)).toBeLessThan(2 ** 30 * 1.01);
    expect(usual).toBe(Math.fround(1 / 127));
  });

  test('of what nothing was seen are those of zero', () => {
    const builder = createGraphBuilder('unseen');
    const y = builder.node('y', 'Relu', [builder.input('x', [1, 4])]);
    const graph = builder.finish([{ name: y, elementType: 'float32', shape: [1, 4] }]);
    const { activations } = encodingsFromRanges(graph, planQuantization(graph, plain), {
      ranges: new Map(),
      options: plain,
    });
    expect(activations.get('y')!.scale).toBeCloseTo(1e-5 / 255, 12);
  });
});
