import fc from 'fast-check';
import type { Graph } from '../../../../model/onnx/graph';
import { clampOf } from '../../../../model/onnx/clamp';
import { fusedTensors } from '../../../../model/quantize/placement/fusion';
import { observedActivations } from '../../../../model/quantize/placement/observed';
import type { QuantizerPlacement } from '../../../../model/quantize/placement/placement';
import { defaultQuantization } from '../../../../model/quantize/options/options';
import { planQuantization } from '../../../../model/quantize/quantize';
import { randomGraphs } from '../random_graphs';

const placed = (graph: Graph): QuantizerPlacement => planQuantization(graph, defaultQuantization);

const readersOf = (graph: Graph, tensor: string): Graph['nodes'] =>
  graph.nodes.filter((node) => node.inputs.includes(tensor));

describe('where quantizers go', () => {
  test('every tensor is stored as integers, but for those that one activation alone reads', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const { activations } = placed(graph);
        const stored = new Set(activations);
        expect(activations).toHaveLength(stored.size);
        const outputs = new Set(graph.outputs.map(({ name }) => name));
        for (const { name } of graph.inputs) expect(stored).toContain(name);
        for (const node of graph.nodes) {
          const [tensor = ''] = node.outputs;
          if (stored.has(tensor)) continue;
          expect(outputs).not.toContain(tensor);
          const readers = readersOf(graph, tensor);
          expect(readers).toHaveLength(1);
          expect(clampOf(graph, readers[0]!)?.min).toBe(0);
          expect(['Conv', 'Add']).toContain(node.kind);
          // Nothing is left unrounded over two operators.
          expect(stored).toContain(readers[0]!.outputs[0]);
        }
      }),
    );
  });

  test('each constant has one role: weight, bias of an accumulator, operand, or setting', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const { weights, constants } = placed(graph);
        for (const name of graph.initializers.keys()) {
          const isWeight = weights.has(name);
          const isOperand = constants.includes(name);
          expect([isWeight, isOperand]).toEqual([name.endsWith('.w'), name.endsWith('.shift')]);
        }
        for (const [name, { accumulators, axis }] of weights) {
          expect(axis).toBe(0);
          expect(accumulators).toEqual(
            readersOf(graph, name).map((node) => ({
              input: node.inputs[0],
              bias: graph.initializers.get(node.inputs[2]!),
            })),
          );
        }
      }),
    );
  });

  test('what is fused depends on no other part of the network', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const fused = fusedTensors(graph);
        for (const tensor of fused) {
          const maker = graph.nodes.find((node) => node.outputs.includes(tensor))!;
          const alone: Graph = {
            ...graph,
            nodes: graph.nodes.filter(
              (node) => node === maker || readersOf(graph, tensor).includes(node),
            ),
          };
          expect(fusedTensors(alone)).toContain(tensor);
        }
        // One more reader, and the tensor has to exist.
        const [first] = fused;
        if (first === undefined) return;
        const reader = { name: 'r', kind: 'Neg', inputs: [first], outputs: ['r'] };
        const read = { ...graph, nodes: [...graph.nodes, { ...reader, attributes: new Map() }] };
        expect(fusedTensors(read)).not.toContain(first);
      }),
    );
  });

  test('what is observed tells the range of everything that is stored', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const placement = placed(graph);
        const observed = new Set(observedActivations(graph, placement));
        for (const tensor of placement.activations) {
          if (placement.groups.fixed(tensor) !== undefined) {
            expect(observed).not.toContain(tensor);
            continue;
          }
          // Followed back over moves, which add no value, one comes to a tensor that was looked at.
          let source = tensor;
          while (!observed.has(source)) {
            const maker = graph.nodes.find((node) => node.outputs.includes(source))!;
            expect(['MaxPool', 'Transpose', 'Identity']).toContain(maker.kind);
            expect(placement.groups.of(maker.inputs[0]!)).toBe(placement.groups.of(source));
            source = maker.inputs[0]!;
          }
        }
      }),
    );
  });

  test('a tensor is bounded where a clip says how large it may be', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        expect(placed(graph).bounded).toEqual(
          new Set(
            graph.nodes.filter(({ kind }) => kind === 'Clip').flatMap(({ outputs }) => outputs),
          ),
        );
      }),
    );
  });
});
