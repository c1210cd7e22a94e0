/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownValue } from '../../../common/own_value';
import { canonicalize } from '../../../model/canonical/canonicalize';
import type { Graph } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { largestDifference, randomFeeds, run } from './agreement';

/** Written by test/peers/exporters. */
const folder = join(__dirname, '../../data/exported');
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.onnx'))
  .sort();

/** What exporters spell out, and the canonical form has folded or named. */
const forbidden = [
  'BatchNormalization',
  'Cast',
  'Constant',
  'ConstantOfShape',
  'Div',
  'Dropout',
  'Equal',
  'Erf',
  'Expand',
  'Identity',
  'Pow',
  'Range',
  'Shape',
  'Sqrt',
  'Sub',
  'Sum',
  'Tanh',
  'Upsample',
  'Where',
];

/** How often each network must have its named patterns. */
const named: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'torch.mobilenet_v2': { Conv: 8, Clip: 6, GlobalAveragePool: 1, Gemm: 2 },
  'torch.mobilenet_v3': { Conv: 12, HardSwish: 7, HardSigmoid: 2, GlobalAveragePool: 3, Clip: 0 },
  'torch.efficientnet': { Conv: 12, Sigmoid: 8, GlobalAveragePool: 3 },
  'torch.resnet': { Conv: 10, Relu: 8, Add: 2 },
  'torch.shufflenet': { GlobalAveragePool: 1, Gemm: 1, Transpose: 1 },
  'torch.vit': { LayerNormalization: 5, Gelu: 2, Softmax: 2, ReduceMean: 0 },
  'torch.tanh_gelu': { LayerNormalization: 2, Gelu: 1, Softmax: 1 },
  'torch.convnext': { LayerNormalization: 5, Gelu: 2 },
  'torch.segmentation': { Conv: 5, ConvTranspose: 1, Resize: 2, Pad: 0 },
  'torch.detector': { Conv: 9, Resize: 2, Pad: 0 },
  'keras.mobilenet': { Conv: 6, Clip: 3, Pad: 0, GlobalAveragePool: 1 },
  'keras.mobilenet_v3': { Conv: 5, HardSwish: 1, HardSigmoid: 1 },
  'keras.segmentation': { Conv: 3, ConvTranspose: 1, Resize: 1 },
  'keras.transformer': { LayerNormalization: 2, Softmax: 1, Gelu: 1 },
  'paddle.lcnet': { Conv: 7, HardSwish: 4, HardSigmoid: 1, Gemm: 1 },
  'paddle.pyramid': { Conv: 5, ConvTranspose: 1, Resize: 2 },
  'paddle.transformer': { LayerNormalization: 2, Gelu: 1, Softmax: 1 },
};

function canonical(bytes: Uint8Array): Graph {
  const read = readOnnx(bytes);
  if (!read.ok) throw new Error(read.error);
  const open = read.value.inputs.filter(
    (input) => input.shape?.some((size) => typeof size === 'string') === true,
  );
  const inputShapes = new Map(
    open.map((input) => [
      input.name,
      input.shape!.map((size) => (typeof size === 'string' ? 2 : size)),
    ]),
  );
  const result = canonicalize(read.value, { inputShapes });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('the canonical form of what exporters write', () => {
  test.each(files)('%s computes the same, with its patterns named', async (file) => {
    const bytes = readFileSync(join(folder, file));
    const graph = canonical(bytes);
    const kinds = graph.nodes.map((node) => node.kind);
    expect(kinds.filter((kind) => forbidden.includes(kind))).toEqual([]);
    const family = file.split('.').slice(0, 2).join('.');
    const expected = ownValue(named, family)!;
    expect(
      Object.fromEntries(
        Object.keys(expected).map((kind) => [kind, kinds.filter((one) => one === kind).length]),
      ),
    ).toEqual(expected);
    const feeds = randomFeeds(graph, file);
    expect(
      largestDifference(await run(bytes, feeds), await run(writeOnnx(graph), feeds)),
    ).toBeLessThan(1e-5);
  });

  test.each(Object.keys(named))(
    '%s is there, and is the same graph when canonicalized again',
    (family) => {
      const file = files.find((name) => name.startsWith(`${family}.`));
      const once = canonical(readFileSync(join(folder, file!)));
      const twice = canonicalize(once);
      expect(twice.ok && twice.value).toEqual(once);
    },
  );
});
