import { sampleArchitecture } from '../../../model/space/genotype';
import fc from 'fast-check';
import { createNetwork } from '../../../model/block/network';
import { costOfNetwork } from '../../../model/block/network_cost';
import type { NetworkSpec } from '../../../model/block/network_spec';
import type { ConvBlockSpec } from '../../../common/block_spec';
import { createTensorCache } from '../../../model/block/tensor_cache';
import { costOfOnnx } from '../../../model/cost/onnx_cost';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { loadSpace } from '../../../model/space/load_space';
import { createRandom } from '../../../common/random';

const block: ConvBlockSpec = {
  kind: 'conv',
  inputChannels: 16,
  outputChannels: 24,
  stride: 2,
  kernel: 3,
  expansion: 4,
  depth: 2,
  width: 1,
  cell: 'depthwise',
  activation: 'relu6',
  attention: 'none',
  rectifiedInput: false,
};
const network: NetworkSpec = {
  name: 'small',
  imageSize: [16, 20],
  classes: 5,
  stem: { kind: 'conv', channels: 16, activation: 'relu6' },
  blocks: [block, { ...block, inputChannels: 24, stride: 1 }],
  head: { kind: 'pool' },
};
const manyBytes = 2 ** 30;

const anyConvBlock = fc.record({
  stride: fc.constantFrom(1 as const, 2 as const),
  kernel: fc.constantFrom(3, 5, 7),
  expansion: fc.constantFrom(1, 2, 3, 4, 6),
  depth: fc.integer({ min: 1, max: 4 }),
  width: fc.constantFrom(0.5, 1),
  cell: fc.constantFrom(
    'depthwise' as const,
    'grouped' as const,
    'fused' as const,
    'bottleneck' as const,
  ),
  activation: fc.constantFrom(
    'relu' as const,
    'relu6' as const,
    'swish' as const,
    'hardswish' as const,
  ),
  attention: fc.constantFrom('none' as const, 'se' as const),
  rectifiedInput: fc.boolean(),
});

describe('a network of block specs', () => {
  test('costs by its layers what its graph costs', () => {
    fc.assert(
      fc.property(
        anyConvBlock,
        anyConvBlock,
        fc.integer({ min: 5, max: 40 }),
        (first, second, size) => {
          const spec: NetworkSpec = {
            ...network,
            imageSize: [size, size + 3],
            blocks: [
              { kind: 'conv', inputChannels: 16, outputChannels: 24, ...first },
              { kind: 'conv', inputChannels: 24, outputChannels: 24, ...second },
            ],
          };
          const graph = createNetwork(spec, { seed: 1, cache: createTensorCache(0) });
          const types = inferShapes(graph);
          if (!types.ok) throw new Error(types.error);
          const onnx = costOfOnnx(graph, types.value);
          expect(costOfNetwork(spec)).toMatchObject({
            macs: onnx.macs,
            weightBytes: onnx.parameterBytes,
            peakActivationBytes: onnx.peakActivationBytes,
            operators: onnx.operators.length,
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  test('agrees with a count by hand', () => {
    const one: NetworkSpec = { ...network, imageSize: [8, 8], blocks: [{ ...block, depth: 1 }] };
    const macs = 16 * 16 * 27 + 16 * 64 * 16 + 4 * 64 * 9 + 4 * 24 * 64 + 24 * 5;
    const parameters = 16 * 27 + 32 + 16 * 64 + 128 + 64 * 9 + 128 + 64 * 24 + 48 + 24 * 5 + 5;
    expect(costOfNetwork(one)).toMatchObject({ macs, parameters });
  });

  test('with a cache shares the constants of equal blocks in equal places, as objects', () => {
    const cache = createTensorCache(manyBytes);
    const first = createNetwork(network, { seed: 1, cache });
    const second = createNetwork(
      { ...network, blocks: [block, { ...block, inputChannels: 24, stride: 1, kernel: 5 }] },
      { seed: 1, cache },
    );
    const shared = [...second.initializers]
      .filter(([name, tensor]) => first.initializers.get(name) === tensor)
      .map(([name]) => name.split('.')[0]);
    expect(new Set(shared)).toEqual(new Set(['stem', 'block1', 'head']));
    expect(cache.counts()).toMatchObject({ hits: 3, misses: 5 });
  });

  test('has the same weights with and without a cache', () => {
    const cache = createTensorCache(manyBytes);
    createNetwork(network, { seed: 1, cache });
    const cached = writeOnnx(createNetwork(network, { seed: 1, cache }));
    expect(
      Buffer.compare(
        cached,
        writeOnnx(createNetwork(network, { seed: 1, cache: createTensorCache(0) })),
      ),
    ).toBe(0);
  });
});

test('a cache of tensors forgets what was used least recently', () => {
  const tensors = (): ReadonlyMap<
    string,
    { elementType: 'float32'; shape: readonly number[]; data: Float32Array }
  > => new Map([['w', { elementType: 'float32', shape: [2], data: new Float32Array(2) }]]);
  const cache = createTensorCache(16);
  const [a] = [cache.get('a', tensors), cache.get('b', tensors)];
  expect(cache.get('a', tensors)).toBe(a);
  cache.get('c', tensors);
  expect(cache.get('a', tensors)).toBe(a);
  expect(cache.counts()).toEqual({ hits: 2, misses: 3, bytes: 16 });
});

test('two genotypes with one canonical string are one graph, bit for bit; other strings are other graphs', () => {
  const space = loadSpace('demo-small');
  const wide = loadSpace('donna-full');
  const random = createRandom('oracle');
  const bytes = (architecture: string, of = space): Buffer =>
    Buffer.from(writeOnnx(of.build(architecture, { seed: 1, cache: createTensorCache(0) })));
  const files = Array.from({ length: 8 }, () => sampleArchitecture(space, random)).map(
    (architecture) => ({ architecture, file: bytes(architecture) }),
  );
  for (const one of files)
    for (const other of files)
      expect(one.file.equals(other.file)).toBe(one.architecture === other.architecture);
  const block1 = 'dw-k3-e2-d1-w1-relu-plain';
  const rest = `+${block1}+${block1}+${block1}+dw-k3-e2-d1-w0.5-relu-plain`;
  const [plain, disguised] = [`${block1}${rest}`, `dw-k3-e4-d1-w0.5-relu-plain${rest}`];
  expect(wide.canonical(disguised)).toBe(plain);
  expect(bytes(disguised, wide).equals(bytes(plain, wide))).toBe(true);
});
