/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { registerReference } from '../../../cli/command/reference';
import { readReferenceFile } from '../../../cli/input/reference_file';
import { BadInputError } from '../../../common/bad_input';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../model/onnx/write';
import { formatYaml } from '../../../platform/config/yaml';
import { createDataLab, plainImage, type DataLab } from '../../predictor/data/data_lab';
import { tinyConvReference } from '../../predictor/tiny_reference';

let lab: DataLab;
beforeEach(() => {
  lab = createDataLab();
});
afterEach(() => {
  lab.remove();
});

async function inspect(...words: readonly string[]) {
  const [printed, noted]: [string[], string[]] = [[], []];
  const program = new Command().exitOverride();
  registerReference(program, {
    print: (text) => printed.push(text),
    note: (text) => noted.push(text),
    interactive: false,
    columns: 0,
  });
  let error: unknown;
  try {
    await program.parseAsync(['node', 'farm', 'reference', 'inspect', ...words]);
  } catch (thrown) {
    error = thrown;
  }
  return { printed: printed.join('\n'), noted, error };
}

/** Says which of three colours is the brightest on the whole. */
function colourNetwork(): Graph {
  const builder = createGraphBuilder('colours');
  const constant = (name: string, shape: readonly number[], values: readonly number[]) =>
    builder.constant(name, float32Tensor(shape, Float32Array.from(values)));
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const mixed = builder.node('mixed', 'Conv', [
    builder.input('image', [1, 3, 8, 8]),
    constant('mix', [3, 3, 1, 1], identity),
    constant('shift', [3], [3, 3, 3]),
  ]);
  const pooled = builder.node('pooled', 'GlobalAveragePool', [
    builder.node('active', 'Relu', [mixed]),
  ]);
  const logits = builder.node('logits', 'Gemm', [
    builder.node('flat', 'Flatten', [pooled]),
    constant('weights', [3, 3], identity),
    constant('bias', [3], [0, 0, 0]),
  ]);
  return builder.finish([{ name: logits, elementType: 'float32', shape: [1, 3] }]);
}

/** Folders of images in the colour of their class. */
async function putColours(folder: string, names: readonly string[]): Promise<void> {
  for (const [label, name] of names.entries())
    for (let index = 0; index < 30; index += 1) {
      const dim = 20 + 3 * index;
      const colour = [0, 1, 2].map((channel) => (channel === label ? 200 : dim));
      lab.put(
        `${folder}/${name}/${index}.png`,
        await plainImage([colour[0]!, colour[1]!, colour[2]!]),
      );
    }
}

describe('farm reference inspect --data', () => {
  test('says how well a network does, class by class, and with other samples', async () => {
    const model = lab.put('colours.onnx', writeOnnx(colourNetwork()));
    for (const split of ['train', 'val']) await putColours(`images/${split}`, ['a', 'b', 'c']);
    lab.put('images/val/a/broken.png', Buffer.from('no image'));
    const data = path.join(lab.root, 'images');
    const found = await inspect(model, '--data', data);
    expect(found.error).toBeUndefined();
    expect(found.printed).toContain('accuracy: 100.00 % named first, on 91 validation images');
    expect(found.printed).toMatch(/CLASS +IMAGES +RIGHT % +MISTAKEN FOR\n[abc] +3[01] +100.0/);
    expect(found.noted.filter((line) => line.includes('broken.png'))).toHaveLength(1);
    const json = JSON.parse(
      (await inspect(model, '--data', data, '--images', '9', '--json')).printed,
    ) as unknown;
    expect(json).toMatchObject({ accuracy: { images: 9, percent: 100, refusal: null } });
    const strict = await inspect(model, '--data', data, '--strict');
    expect(String(strict.error)).toContain('broken.png: cannot be read as an image');
  });

  test('refuses one whose channels are in another order, with the remedy', async () => {
    const model = lab.put('colours.onnx', writeOnnx(colourNetwork()));
    await putColours('images', ['a', 'b', 'c']);
    const { error } = await inspect(
      model,
      '--data',
      path.join(lab.root, 'images'),
      '--channel-order',
      'bgr',
    );
    expect(error).toBeInstanceOf(BadInputError);
    expect(String(error)).toMatch(/100.0 % with channels as rgb, 33.3 % as described/);
  });

  test('measures a reference.yaml on the data that it names, and refuses one that is at chance', async () => {
    await putColours('images', ['a', 'b', 'c', 'd']);
    const { graph } = tinyConvReference();
    lab.put('tiny.onnx', writeOnnx(graph));
    const file = putDocument({});
    const { printed, error } = await inspect(file);
    expect([printed, String(error)].join('\n')).toContain('validation images (guessing:');
    expect(String(error)).toMatch(/reference.yaml: .* % of 12 images is what guessing reaches/);
  });
});

function putDocument(more: object): string {
  return lab.put(
    'reference.yaml',
    Buffer.from(
      formatYaml({
        name: 'tiny',
        model: 'tiny.onnx',
        cuts: 'auto',
        space: 'space.yaml',
        task: { classes: 4 },
        sample: { size: 16, cropShare: 1, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        data: { kind: 'folder', path: 'images' },
        ...more,
      }),
    ),
  );
}

describe('a reference file', () => {
  beforeEach(async () => {
    const { graph, reference } = tinyConvReference();
    lab.put('tiny.onnx', writeOnnx(graph));
    lab.put('cuts.txt', Buffer.from(reference.cuts.join('\n')));
    lab.put(
      'space.yaml',
      Buffer.from(
        formatYaml({
          kind: 'conv',
          name: 'tiny-space',
          imageSize: 16,
          classes: 4,
          stem: { kind: 'conv', channels: 8, activation: 'relu6' },
          choices: {
            cell: ['depthwise'],
            kernel: [3],
            expansion: [2],
            depth: [1],
            width: [1],
            activation: ['relu6'],
            attention: ['none'],
          },
          blocks: [
            { channels: 8, stride: 1 },
            { channels: 16, stride: 2 },
          ],
          head: { kind: 'pool' },
        }),
      ),
    );
    await putColours('images', ['a', 'b', 'c', 'd']);
  });

  const cuts = () => tinyConvReference().reference.cuts;

  test('gives the network, its cuts in order, the space, and data under a path and a digest', async () => {
    const read = await readReferenceFile(
      putDocument({ cuts: [...cuts()].reverse(), labels: ['a', 'b', 'c', 'd'] }),
    );
    expect(read.cuts.map(({ tensor }) => tensor)).toEqual(cuts());
    expect(read.data).toMatchObject({
      kind: 'folder',
      path: path.join(lab.root, 'images'),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(read.space).toContain('tiny-space');
    expect(read.labels).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each<readonly [string, () => object, RegExp]>([
    [
      'a cut that is none',
      () => ({ cuts: ['somewhere', 'else'] }),
      /field cuts: cut 'somewhere' is no tensor of the network/,
    ],
    [
      'a cut too few',
      () => ({ cuts: [cuts()[0], cuts()[2]] }),
      /field cuts: they leave 1 blocks, and space tiny-space has 2/,
    ],
    [
      'another space',
      () => ({ space: 'mobilenetv2' }),
      /field cuts: they leave 2 blocks, and space mobilenetv2 has/,
    ],
    [
      'another size',
      () => ({ sample: { size: 32 } }),
      /field sample.size: 32x32, and the network's input has shape 1x3x16x16/,
    ],
    [
      'another number of classes',
      () => ({ task: { classes: 5 } }),
      /field task.classes: 5 for classification, and the network's output has shape 1x4/,
    ],
    ['labels too few', () => ({ labels: ['a', 'b'] }), /field labels: 2 names for 4 classes/],
    [
      'labels in another order than the folders',
      () => ({ labels: ['d', 'c', 'b', 'a'] }),
      /field labels: has the names of the class folders in another order/,
    ],
    [
      'a file of labels that is not there',
      () => ({ labels: 'missing.txt' }),
      /missing.txt: cannot be read \(ENOENT\)/,
    ],
    [
      'data that is not there',
      () => ({ data: { kind: 'folder', path: 'missing' } }),
      /missing: cannot be read \(ENOENT\); give the folder of a data set/,
    ],
    [
      'an empty folder',
      () => (mkdirSync(path.join(lab.root, 'none')), { data: { kind: 'folder', path: 'none' } }),
      /none: has no images/,
    ],
    ['no model', () => ({ model: 'missing.onnx' }), /missing.onnx: cannot be read \(ENOENT\)/],
    [
      'a model that is none',
      () => (writeFileSync(path.join(lab.root, 'bad.onnx'), 'x'), { model: 'bad.onnx' }),
      /bad.onnx: /,
    ],
  ])('with %s is refused in a line', async (_, change, line) => {
    const file = putDocument({ cuts: cuts(), ...change() });
    await expect(readReferenceFile(file)).rejects.toThrow(line);
    await expect(readReferenceFile(file)).rejects.toThrow(BadInputError);
  });
});
