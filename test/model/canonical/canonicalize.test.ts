/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../model/onnx/write';
import { largestDifference, randomFeeds, run } from './agreement';
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
  const around = (kind: string, layersBehind: number): Graph => {
    const builder = createGraphBuilder('around');
    const conv = (name: string, input: string): string =>
      builder.node(
        name,
        'Conv',
        [input, builder.constant(`${name}.w`, float32Tensor([4, 4, 1, 1], new Float32Array(16)))],
        { kernel_shape: ints(1, 1) },
      );
    let last = builder.node('chosen', kind, [
      conv('scores', builder.input('x', [1, 4, 4, 4])),
      builder.node('boxes', 'Relu', ['scores']),
    ]);
    for (let index = 0; index < layersBehind; index += 1)
      last = conv(`behind${String(index)}`, last);
    return builder.finish([
      { name: builder.node('y', 'Relu', [last]), elementType: 'float32', shape: null },
      { name: 'boxes', elementType: 'float32', shape: null },
    ]);
  };
  test('has no identities, no batch normalization, no shape arithmetic, and computes the same', async () => {
    const graph = canonical(exported());
    expect(graph.nodes.map((node) => node.kind)).toEqual(['Conv', 'Relu', 'Reshape']);
    expect(graph.outputs).toEqual([{ name: 'y', elementType: 'float32', shape: [2, 144] }]);
    const feeds = randomFeeds(graph, 'feeds');
    expect(
      largestDifference(
        await run(writeOnnx(exported()), feeds),
        await run(writeOnnx(graph), feeds),
      ),
    ).toBeLessThan(1e-5);
  });
  test('of a canonical graph is that graph', () => {
    const graph = canonical(exported());
    expect(canonical(graph)).toEqual(graph);
  });
  test.each([
    ['NonMaxSuppression', 'nothing of the network stands before it: choose a network without it'],
    ['LSTM', 'choose a network without them'],
    ['com.microsoft.FusedConv', 'give the network as it was exported'],
    ['my.domain.Thing', 'export the network with standard ONNX operators'],
    ['QuantizeLinear', 'the network is already quantized; give the float network$'],
    ['Whatever', 'nothing of the network stands before it: replace it in the network'],
  ])('has no %s: the node, the operator and the way out are named', (kind, way) => {
    const result = canonicalize(relu(kind));
    expect(result.ok ? '' : result.error).toMatch(
      new RegExp(`^node 'y': operator '${kind}' is not supported; .*${way}`),
    );
  });
  test.each([
    [
      'TopK',
      0,
      "what it gives depends on data; export the network without this post-processing, or cut it off: onnx.utils.extract_model(IN, OUT, ['x'], ['scores', 'boxes'])",
    ],
    [
      'TopK',
      2,
      "what it gives depends on data; 2 of the network's 3 layers stand behind it: choose a network without it, or take the part before it: onnx.utils.extract_model(IN, OUT, ['x'], ['scores', 'boxes'])",
    ],
    [
      'RandomNormalLike',
      1,
      "it draws numbers; 1 of the network's 2 layers stand behind it: choose a network without it, or take the part before it: onnx.utils.extract_model(IN, OUT, ['x'], ['scores', 'boxes'])",
    ],
  ])(
    'says of a %s with %i layers behind it where the network can be cut',
    (kind, layersBehind, way) => {
      expect(canonicalize(around(kind, layersBehind))).toEqual({
        ok: false,
        error: `node 'chosen': operator '${kind}' is not supported; ${way}`,
      });
    },
  );
  test('gives a mask that a switched-off Dropout makes as what it is: all true', () => {
    const builder = createGraphBuilder('dropout');
    const graph = builder.finish([
      { name: 'y', elementType: 'float32', shape: null },
      { name: 'mask', elementType: 'bool', shape: null },
    ]);
    builder.input('x', [3, 4]);
    const dropout = {
      name: 'd',
      kind: 'Dropout',
      inputs: ['x'],
      outputs: ['y', 'mask'],
      attributes: new Map(),
    };
    const made = canonical({ ...graph, nodes: [dropout] });
    expect(made.nodes.map(({ kind, outputs }) => [kind, ...outputs])).toEqual([
      ['Identity', 'y'],
      ['Identity', 'mask'],
    ]);
    expect(made.initializers.get(made.nodes[1]!.inputs[0]!)).toMatchObject({
      elementType: 'bool',
      shape: [3, 4],
      data: new Uint8Array(12).fill(1),
    });
  });
  test('keeps a node for an output that is constant', () => {
    const builder = createGraphBuilder('constant');
    builder.input('x', [3, 4]);
    const shape = builder.node('y', 'Shape', ['x']);
    const made = canonical(builder.finish([{ name: shape, elementType: 'int64', shape: [2] }]));
    expect(made.nodes.map(({ kind, inputs, outputs }) => [kind, ...inputs, ...outputs])).toEqual([
      ['Identity', 'y/value', 'y'],
    ]);
    expect(Array.from(made.initializers.get('y/value')!.data as BigInt64Array, Number)).toEqual([
      3, 4,
    ]);
  });
  test('needs no operator that no output needs', () => {
    const graph = relu('Relu');
    expect(
      canonical({
        ...graph,
        nodes: [...graph.nodes, { ...relu('LSTM').nodes[0]!, name: 'z', outputs: ['z'] }],
      }).nodes,
    ).toHaveLength(1);
  });
  test('names every node once', () => {
    const graph = exported();
    const names = canonical({
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, name: 'same' })),
    }).nodes.map((node) => node.name);
    expect(new Set(names).size).toBe(names.length);
  });
  test('names nodes without a name by numbers, past those that are taken', () => {
    const builder = createGraphBuilder('unnamed');
    const last = ['a', 'b', 'c', 'd'].reduce(
      (input, name) => builder.node(name, 'Relu', [builder.node(`${name}.tanh`, 'Tanh', [input])]),
      builder.input('x', [1, 4]),
    );
    const graph = builder.finish([{ name: last, elementType: 'float32', shape: null }]);
    const given = ['', '', '.3', '', '', '.2', '', ''];
    const found = canonical({
      ...graph,
      nodes: graph.nodes.map((node, index) => ({ ...node, name: given[index]! })),
    });
    expect(found.nodes.map((node) => node.name)).toEqual([
      '',
      '.2',
      '.3',
      '.4',
      '.5',
      '.2.2',
      '.6',
      '.7',
    ]);
  });
  test('computes with weights that are only stored as float16', async () => {
    const builder = createGraphBuilder('stored');
    // 1, -2, 65504 (the largest), 2^-24 (the smallest).
    const stored = builder.constant('w', {
      elementType: 'float16',
      shape: [4],
      data: Uint16Array.of(0x3c00, 0xc000, 0x7bff, 1),
    });
    const weight = builder.node('wide', 'Cast', [stored], { to: int(1) });
    const graph = builder.finish([
      {
        name: builder.node('y', 'Mul', [builder.input('x', [1, 4]), weight]),
        elementType: 'float32',
        shape: null,
      },
    ]);
    const found = canonical(graph);
    expect(found.nodes.map(({ kind }) => kind)).toEqual(['Mul']);
    expect([...found.initializers.values()].map(({ data }) => [...data])).toEqual([
      [1, -2, 65504, 2 ** -24],
    ]);
    const feeds = randomFeeds(graph, 'half');
    expect(
      largestDifference(await run(writeOnnx(graph), feeds), await run(writeOnnx(found), feeds)),
    ).toBe(0);
  });
});
