import fc from 'fast-check';
import type { Attribute, Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../../model/onnx/graph_builder';
import type { Encoding } from '../../../../model/quantize/encoding/encoding';
import {
  encodingGroups,
  interpolates,
  jointOf,
  onlyMoves,
} from '../../../../model/quantize/placement/encoding_groups';
import { randomGraphs } from '../random_graphs';

const everything = { isQuantized: () => true, fixed: new Map<string, Encoding>() };
const unit: Encoding = { elementType: 'uint8', scale: 1 / 256, zeroPoint: 0 };
const wide: Encoding = { elementType: 'uint8', scale: 1 / 8, zeroPoint: 128 };

/** Each of these hands on values of its input, whatever they are. */
const movers: ReadonlySet<string> = new Set(['MaxPool', 'Transpose', 'Identity']);

/** Repeats what one move says of two tensors until nothing changes. */
function spreadLabels(graph: Graph): ReadonlyMap<string, string> {
  const labels = new Map(
    [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap((node) => node.outputs)].map(
      (name) => [name, name],
    ),
  );
  for (let changed = true; changed;) {
    changed = false;
    for (const { kind, inputs, outputs } of graph.nodes) {
      const [from, to] = [labels.get(inputs[0]!)!, labels.get(outputs[0]!)!];
      if (!movers.has(kind) || from === to) continue;
      const [kept, painted] = from < to ? [from, to] : [to, from];
      for (const [name, label] of labels) if (label === painted) labels.set(name, kept);
      changed = true;
    }
  }
  return labels;
}

function oneNode(kind: string, attributes: Readonly<Record<string, Attribute>>, ...more: string[]) {
  const builder = createGraphBuilder('one');
  builder.constant('zero', float32Tensor([], Float32Array.of(0)));
  builder.constant('seven', float32Tensor([], Float32Array.of(7)));
  builder.node('y', kind, [builder.input('x', [1, 4, 8, 8]), ...more], attributes);
  const graph = builder.finish([{ name: 'y', elementType: 'float32', shape: null }]);
  return { graph, node: graph.nodes[0]! };
}

const text = (value: string): Attribute => ({ kind: 'string', value });

describe('groups of one encoding', () => {
  test('are what moves connect, in any network', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const groups = encodingGroups(graph, everything);
        const labels = spreadLabels(graph);
        for (const first of labels.keys())
          for (const second of labels.keys())
            expect(groups.of(first) === groups.of(second)).toBe(
              labels.get(first) === labels.get(second),
            );
      }),
    );
  });

  test('do not reach through tensors that are not stored as integers', () => {
    const builder = createGraphBuilder('fused');
    const moved = builder.node('moved', 'Identity', [builder.input('x', [1, 4])]);
    const y = builder.node('y', 'Identity', [moved]);
    const graph = builder.finish([{ name: y, elementType: 'float32', shape: [1, 4] }]);
    const groups = encodingGroups(graph, {
      isQuantized: (tensor) => tensor !== 'moved',
      fixed: new Map(),
    });
    expect(groups.of('x')).not.toBe(groups.of('y'));
  });

  test('have the encoding that an operator fixes for one of them', () => {
    const builder = createGraphBuilder('fixed');
    const gate = builder.node('gate', 'Sigmoid', [builder.input('x', [1, 4, 2, 2])]);
    const flat = builder.node('flat', 'Flatten', [gate]);
    const graph = builder.finish([{ name: flat, elementType: 'float32', shape: [1, 16] }]);
    const groups = encodingGroups(graph, {
      isQuantized: () => true,
      fixed: new Map([['gate', unit]]),
    });
    expect(['x', 'gate', 'flat'].map(groups.fixed)).toEqual([undefined, unit, unit]);
  });

  test.each([
    ['of one fixed encoding', [unit, unit], true],
    ['of two fixed encodings', [unit, wide], false],
    ['of which one is fixed', [unit, undefined], false],
    ['of which none is', [undefined, undefined], false],
  ])('take in a concatenation of tensors %s: %j', (_, encodings, isOne) => {
    const builder = createGraphBuilder('joined');
    const operands = ['a', 'b'].map((name) => builder.input(name, [1, 4]));
    const joined = builder.node('joined', 'Concat', operands, { axis: int(1) });
    const graph = builder.finish([{ name: joined, elementType: 'float32', shape: [1, 8] }]);
    const fixed = new Map(
      operands.flatMap((name, index) => {
        const encoding = encodings[index];
        return encoding === undefined ? [] : [[name, encoding] as const];
      }),
    );
    const groups = encodingGroups(graph, { isQuantized: () => true, fixed });
    expect(operands.map((name) => groups.of(name) === groups.of('joined'))).toEqual([isOne, isOne]);
  });
});

describe('an operator that moves values', () => {
  test.each([
    ['Resize', { mode: text('nearest') }, [], true, false],
    ['Resize', { mode: text('linear') }, [], true, true],
    ['Resize', { mode: text('cubic') }, [], false, true],
    [
      'Resize',
      { mode: text('linear'), coordinate_transformation_mode: text('tf_crop_and_resize') },
      [],
      false,
      true,
    ],
    ['Pad', {}, ['pads'], true, false],
    ['Pad', {}, ['pads', 'zero'], true, false],
    ['Pad', {}, ['pads', 'seven'], false, false],
    ['Pad', { mode: text('reflect') }, ['pads', 'seven'], true, false],
    ['Pad', {}, ['pads', 'computed'], false, false],
    ['DepthToSpace', { blocksize: int(2) }, [], true, false],
    ['AveragePool', { kernel_shape: ints(2, 2) }, [], false, false],
    ['Relu', {}, [], false, false],
  ] as const)('%s %j %j: only moves %p, interpolates %p', (...row) => {
    const [kind, attributes, more, moves, between] = row;
    const { graph, node } = oneNode(kind, attributes, ...more);
    expect(onlyMoves(graph, node)).toBe(moves);
    expect(interpolates(node)).toBe(between);
  });

  test('joins what it fills in: its operand is converted to the encoding of its output', () => {
    const { graph, node } = oneNode('Pad', {}, 'pads', 'seven');
    expect(jointOf(graph, node)).toEqual({ output: 'y', operands: ['x'], holdsOperands: false });
    const mover = oneNode('Pad', {}, 'pads', 'zero');
    expect(jointOf(mover.graph, mover.node)).toBeUndefined();
  });
});
