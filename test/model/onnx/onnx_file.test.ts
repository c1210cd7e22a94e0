import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { parseCell } from '../../../model/nasbench201/cell';
import { createNetwork } from '../../../model/nasbench201/network';
import type { Attribute, Graph, Tensor } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { bytesField, intField, modelWith, textField } from './wire';

const smallNetwork = createNetwork(parseCell('213401'), 1, {
  cellsPerStage: 1,
  stageChannels: [2, 4],
  imageSize: 8,
  classes: 3,
});
const smallFile = writeOnnx(smallNetwork);

function errorOf(bytes: Uint8Array): string {
  const result = readOnnx(bytes);
  return result.ok ? 'it was read' : result.error;
}

describe('an ONNX file', () => {
  test('says again what was written', () => {
    const read = readOnnx(smallFile);
    expect(read).toEqual({ ok: true, value: smallNetwork });
    if (read.ok)
      expect(Buffer.from(writeOnnx(read.value)).equals(Buffer.from(smallFile))).toBe(true);
  });

  test('carries every element type and kind of attribute', () => {
    const tensors: Tensor[] = [
      { elementType: 'float32', shape: [2], data: Float32Array.of(1.5, -2) },
      { elementType: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 62n), 5n) },
      { elementType: 'uint64', shape: [], data: BigUint64Array.of(2n ** 63n) },
      { elementType: 'int8', shape: [3], data: Int8Array.of(-128, 0, 127) },
      { elementType: 'uint8', shape: [1], data: Uint8Array.of(255) },
      { elementType: 'int32', shape: [1, 1], data: Int32Array.of(-7) },
      { elementType: 'bool', shape: [1], data: Uint8Array.of(1) },
      { elementType: 'float16', shape: [1], data: Uint16Array.of(0x3c00) },
      { elementType: 'float64', shape: [1], data: Float64Array.of(0.1) },
    ];
    const attributes = new Map<string, Attribute>([
      ['i', { kind: 'int', value: -3 }],
      ['f', { kind: 'float', value: 0.5 }],
      ['s', { kind: 'string', value: 'größe' }],
      ['is', { kind: 'ints', value: [1, -2] }],
      ['fs', { kind: 'floats', value: [0.25] }],
      ['ss', { kind: 'strings', value: ['a', ''] }],
      ['t', { kind: 'tensor', value: tensors[0]! }],
      ['__proto__', { kind: 'int', value: 1 }],
    ]);
    const graph: Graph = {
      name: 'all',
      opset: 13,
      initializers: new Map(tensors.map((tensor, index) => [`c${index}`, tensor])),
      inputs: [{ name: 'x', elementType: 'float32', shape: [1, 'n'] }],
      nodes: [{ name: 'n', kind: 'Custom', inputs: ['x', '', 'c1'], outputs: ['y'], attributes }],
      outputs: [{ name: 'y', elementType: 'float32', shape: null }],
      declared: new Map(),
    };
    expect(readOnnx(writeOnnx(graph))).toEqual({ ok: true, value: graph });
  });

  test('reads numbers that an exporter listed one by one', () => {
    const listed = bytesField(
      5,
      textField(8, 'listed'),
      intField(1, 2),
      intField(2, 7),
      bytesField(7, Buffer.from([3, 4])),
    );
    const halves = bytesField(
      5,
      textField(8, 'halves'),
      intField(1, 1),
      intField(2, 10),
      intField(5, 0x3c00),
    );
    const read = readOnnx(modelWith(listed, halves));
    expect(read.ok && read.value.initializers.get('listed')!.data).toEqual(
      BigInt64Array.of(3n, 4n),
    );
    expect(read.ok && read.value.initializers.get('halves')!.data).toEqual(Uint16Array.of(0x3c00));
  });

  const { nodes } = smallNetwork;
  const spoiled: readonly (readonly [string, Partial<Graph>, string])[] = [
    [
      'a missing tensor',
      { nodes: [{ ...nodes[0]!, inputs: ['nowhere'] }, ...nodes.slice(1)] },
      "uses tensor 'nowhere', which nothing before it makes",
    ],
    ['two makers', { nodes: [...nodes, nodes[0]!] }, 'has two makers'],
    ['nodes out of order', { nodes: nodes.toReversed() }, 'which nothing before it makes'],
    [
      'an unmade output',
      { outputs: [{ name: 'other', elementType: 'float32', shape: null }] },
      "output 'other' is made by no node",
    ],
    ['no outputs', { outputs: [] }, 'no outputs'],
    [
      'too little data',
      {
        initializers: new Map([
          ['w', { elementType: 'float32', shape: [1_000_000], data: new Float32Array(1) }],
        ]),
      },
      'needs 4000000 bytes, the file has 4',
    ],
    [
      'a negative dimension',
      {
        initializers: new Map([
          ['w', { elementType: 'float32', shape: [-1], data: new Float32Array(1) }],
        ]),
      },
      'shape -1 is not valid',
    ],
    ['an old opset', { opset: 5 }, 'opset 5 is not supported'],
  ];
  test.each(spoiled)('with %s is refused, by name', (_, change, message) =>
    expect(errorOf(writeOnnx({ ...smallNetwork, ...change }))).toContain(message),
  );

  test('with values in another file, or with control flow, is refused with the remedy', () => {
    const external = bytesField(
      5,
      textField(8, 'w'),
      intField(1, 1),
      intField(2, 1),
      bytesField(13, textField(1, 'location'), textField(2, 'w.bin')),
      intField(14, 1),
    );
    expect(errorOf(modelWith(external))).toContain(
      "initializer 'w': its values are in another file; save the model as one file",
    );
    const loop = bytesField(
      1,
      textField(1, 'x'),
      textField(2, 'z'),
      textField(4, 'Loop'),
      bytesField(5, textField(1, 'body'), bytesField(6), intField(20, 5)),
    );
    expect(errorOf(modelWith(loop))).toContain('control flow');
  });

  test('that is empty or no ONNX is refused', () => {
    expect(errorOf(new Uint8Array(0))).toContain('empty');
    expect(errorOf(Buffer.from('PK\u0003\u0004 this is a zip file'))).toContain(
      'not a usable ONNX file',
    );
  });

  test('that would take far more memory than its size is refused before it is decoded', () => {
    expect(errorOf(modelWith(Buffer.alloc(2_000_002).fill(bytesField(1))))).toContain(
      'more than 1000000 fields',
    );
    const integers = bytesField(5, intField(2, 7), bytesField(7, Buffer.alloc(9_000_000)));
    expect(errorOf(modelWith(integers))).toContain('store tensors as raw_data');
    const relu = bytesField(1, textField(1, 'x'), textField(4, 'Relu'));
    expect(errorOf(modelWith(Buffer.alloc(100_000 * relu.length).fill(relu)))).toBe(
      'the network has 100001 nodes; expected at most 100000: export it without unrolled loops, or cut it',
    );
    let nested = bytesField(1);
    for (let depth = 0; depth < 2_000; depth += 1)
      nested = bytesField(1, bytesField(5, bytesField(6, nested)));
    expect(errorOf(modelWith(nested))).toContain('nested deeper');
  });

  test('truncated anywhere is an error value', () => {
    for (let length = 0; length < smallFile.length; length += 7)
      expect(readOnnx(smallFile.subarray(0, length)).ok).toBe(false);
  });

  test('with random bytes changed is read or refused, never worse', () => {
    const random = createRandom('onnx fuzz');
    for (let round = 0; round < 1_500; round += 1) {
      const bytes = Uint8Array.from(smallFile);
      for (let change = 0; change <= random.below(4); change += 1)
        bytes[random.below(bytes.length)] = random.below(256);
      const read = readOnnx(bytes);
      if (read.ok) expect(typeof inferShapes(read.value).ok).toBe('boolean');
      else expect(read.error).not.toMatch(/[\n\r]/);
    }
  });

  test('of random bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) =>
        expect(readOnnx(bytes).ok).toBe(false),
      ),
      { numRuns: 500 },
    );
  });
});
