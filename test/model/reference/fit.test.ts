import { networkFit, referenceFit } from '../../../model/reference/fit';
import { shippedSpaceDocument } from '../../../model/space/load_space';
import { parseSpaceDocument } from '../../../model/space/space_document';

/** Three stages behind a stem of 8 channels: 16x16, 8x8 and 8x8 places. */
const space = parseSpaceDocument(
  `
kind: conv
name: small
imageSize: 32
classes: 10
stem: { kind: conv, channels: 8, activation: relu6 }
choices: { cell: [depthwise], kernel: [3, 5], expansion: [2, 4], depth: [1, 2], width: [1], activation: [relu6], attention: [none] }
blocks:
  - { channels: 8, stride: 1 }
  - { channels: 16, stride: 2 }
  - { channels: 24, stride: 1 }
head: { kind: pool }
`,
  'small',
);
const shapes = [
  [1, 8, 16, 16],
  [1, 8, 16, 16],
  [1, 16, 8, 8],
  [1, 24, 8, 8],
];
const task = { kind: 'classification', classes: 10 } as const;

const fitOf = (changed: Record<number, readonly number[]> = {}, classes = 10) =>
  referenceFit(space, {
    cuts: shapes.map((shape, index) => ({ tensor: `t${index}`, shape: changed[index] ?? shape })),
    task: { ...task, classes },
  });

describe('a space fits a reference', () => {
  test('whose cuts have the shapes of its blocks', () => {
    expect(fitOf()).toBeUndefined();
  });

  test.each<readonly [string, Record<number, readonly number[]>, string]>([
    [
      'other channels before a block',
      { 1: [1, 12, 16, 16] },
      "field cuts: 't1' has shape 1x12x16x16, and block 1 of space small gives 1x8x16x16; change the space's channels and strides, or cut elsewhere",
    ],
    [
      'other channels behind the stem',
      { 0: [1, 12, 16, 16] },
      "field cuts: 't0' has shape 1x12x16x16, and block 1 of space small takes 8 channels; change the space's channels, or cut elsewhere",
    ],
    [
      'another stride',
      { 2: [1, 16, 16, 16], 3: [1, 24, 16, 16] },
      "field cuts: 't2' has shape 1x16x16x16, and block 2 of space small gives 1x16x8x8; change",
    ],
    [
      'another resolution throughout',
      { 0: [1, 8, 20, 20], 1: [1, 8, 20, 20], 2: [1, 16, 10, 10], 3: [1, 24, 10, 10] },
      "field cuts: 't0' has shape 1x8x20x20, and the stem of space small gives 1x8x16x16 of an image of 32x32; change the space's imageSize or stem",
    ],
  ])('else the cut is named: %s', (_, changed, line) => {
    expect(fitOf(changed)).toContain(line);
  });

  test('else the number of blocks or of classes is named', () => {
    expect(
      referenceFit(space, {
        cuts: [
          { tensor: 'a', shape: [] },
          { tensor: 'b', shape: [] },
        ],
        task,
      }),
    ).toBe('field cuts: they leave 1 blocks, and space small has 3; change one of them');
    expect(fitOf({}, 11)).toBe(
      "field task.classes: 11, and networks of space small have 10 classes; change the space's",
    );
  });

  test('of cells never', () => {
    expect(referenceFit(shippedSpaceDocument('nasbench201'), { cuts: [], task })).toMatch(
      /are no blocks in a row; choose a space of blocks/,
    );
  });
});

describe('a network fits its task and samples', () => {
  const fit = (
    input: readonly number[],
    output: readonly number[],
    kind: 'classification' | 'segmentation' = 'classification',
  ) => networkFit({ input, output }, { task: { kind, classes: 10 }, size: [32, 48] });

  test('when it takes images of the size and answers the classes, of the image or of each pixel', () => {
    expect(fit([1, 3, 32, 48], [1, 10])).toBeUndefined();
    expect(fit([1, 3, 32, 48], [1, 10, 32, 48], 'segmentation')).toBeUndefined();
  });

  test.each([
    [
      [1, 3, 48, 32],
      [1, 10],
      'classification',
      "field sample.size: 32x48, and the network's input has shape 1x3x48x32; expected 1x3x32x48",
    ],
    [[1, 32, 48, 3], [1, 10], 'classification', 'field sample.size'],
    [
      [1, 3, 32, 48],
      [1, 1000],
      'classification',
      "field task.classes: 10 for classification, and the network's output has shape 1x1000",
    ],
    [[1, 3, 32, 48], [1, 10], 'segmentation', 'field task.classes: 10 for segmentation'],
    [
      [1, 3, 32, 48],
      [1, 10, 8, 12],
      'segmentation',
      'field task.kind: segmentation answers each pixel of 32x48',
    ],
  ] as const)('else the field is named (%j, %j)', (input, output, kind, line) => {
    expect(fit(input, output, kind)).toContain(line);
  });
});
