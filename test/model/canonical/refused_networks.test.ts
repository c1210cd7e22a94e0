/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int } from '../../../model/onnx/graph_builder';
import { canonical, exported } from './exported_graph';

describe('the canonical form', () => {
  const relu = (kind: string): Graph => {
    const builder = createGraphBuilder('one');
    return builder.finish([
      {
        name: builder.node('y', kind, [builder.input('x', [1, 4, 4, 4])]),
        elementType: 'float32',
        shape: null,
      },
    ]);
  };

  test('takes the shapes of its inputs from the user', () => {
    const open: Graph = {
      ...exported(),
      inputs: [{ name: 'x', elementType: 'float32', shape: ['batch', 3, 8, 8] }],
    };
    expect(canonical(open, { x: [5, 3, 8, 8] }).outputs[0]!.shape).toEqual([5, 144]);
    expect(() => canonical(open)).toThrow(
      "input 'x' has a dynamic dimension 'batch'; fix it with --input x=1x3x8x8",
    );
    expect(() => canonical(open, { x: [1, 4, 8, 8] })).toThrow(
      "shape 1x4x8x8 does not fit input 'x', which is declared as batchx3x8x8",
    );
    expect(() => canonical(open, { z: [1] })).toThrow("there is no input 'z'; the network has 'x'");
    expect(() => canonical(open, { x: [0, 3, 8, 8] })).toThrow('whole numbers');
  });
  test('knows opsets up to the newest, and says so before anything else', () => {
    expect(canonicalize({ ...relu('Whatever'), opset: 99 })).toEqual({
      ok: false,
      error:
        'opset 99 is not known here, 24 is the newest; export the network with an opset from 13 to 21',
    });
  });
  test.each([NaN, Infinity])('has no weights of %p', (value) => {
    const graph = exported();
    const broken = {
      ...graph,
      initializers: new Map(graph.initializers).set(
        'w',
        float32Tensor([4, 3, 3, 3], new Float32Array(108).fill(value)),
      ),
    };
    expect(() => canonical(broken)).toThrow(
      "initializer 'w' has values that are not finite (NaN or infinity); the network is broken",
    );
  });
  test('has no training', () => {
    const graph = exported();
    const nodes = graph.nodes.map((node) =>
      node.kind === 'BatchNormalization'
        ? { ...node, attributes: new Map([['training_mode', int(1)]]) }
        : node,
    );
    expect(() => canonical({ ...graph, nodes })).toThrow(
      "node 'norm': BatchNormalization is in training mode",
    );
  });
  test('has no normalization by a variance below zero', () => {
    const graph = exported();
    const initializers = new Map(graph.initializers).set(
      'variance',
      float32Tensor([4], Float32Array.of(1, 1, -1, 1)),
    );
    expect(() => canonical({ ...graph, initializers })).toThrow(
      "node 'norm': operator 'BatchNormalization' is not supported",
    );
  });
  test('refuses a network in float16, and weights in it that are not finite', () => {
    const half = (name: string, ...bits: number[]): Graph => {
      const builder = createGraphBuilder(name);
      const input = builder.node('narrow', 'Cast', [builder.input('x', [1, 2])], { to: int(10) });
      return builder.finish([
        {
          name: builder.node('y', 'Mul', [
            input,
            builder.constant('w', {
              elementType: 'float16',
              shape: [2],
              data: Uint16Array.from(bits),
            }),
          ]),
          elementType: 'float16',
          shape: null,
        },
      ]);
    };
    expect(canonicalize(half('half', 0x3c00, 0x3c00))).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^tensor '\w+' is float16; export the network in float32/,
      ) as string,
    });
    expect(canonicalize(half('broken', 0x3c00, 0x7e00))).toEqual({
      ok: false,
      error: expect.stringContaining("initializer 'w' has values that are not finite") as string,
    });
  });
});
