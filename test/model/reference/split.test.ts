import type { Graph } from '../../../model/onnx/graph';
import { anatomyOf, type Anatomy } from '../../../model/reference/anatomy';
import { resolveCuts, type CutChoice } from '../../../model/reference/cuts';
import { createReference } from '../../../model/zoo/reference';
import type { ReferenceName } from '../../../model/zoo/reference_spec';
import { gatedNetwork, residualNetwork, transformer } from './small_networks';

function anatomy(graph: Graph): Anatomy {
  const found = anatomyOf(graph);
  if (!found.ok) throw new Error(found.error);
  return found.value;
}

function cuts(graph: Graph, choice: CutChoice = { kind: 'auto' }): readonly string[] | string {
  const resolved = resolveCuts(choice, anatomy(graph));
  return resolved.ok ? resolved.value.map(({ tensor }) => tensor) : resolved.error;
}

describe('the candidates', () => {
  test('stand behind activations and shortcuts, not before them', () => {
    expect(anatomy(residualNetwork()).candidates.map(({ tensor }) => tensor)).toEqual([
      'stem.relu',
      'stem.pool',
      'stage0.block0.out',
      'stage0.block1.out',
      'stage1.block0.out',
      'stage1.block1.out',
      'head.pool',
    ]);
  });

  test('say where they are and what lies before them', () => {
    const [, pool, block] = anatomy(residualNetwork()).candidates;
    expect(pool).toMatchObject({
      shape: [1, 8, 8, 8],
      stride: 4,
      macsBefore: 16 * 16 * 8 * 27,
      parametersBefore: 8 * 27 + 8,
    });
    expect(block).toMatchObject({
      shape: [1, 16, 4, 4],
      stride: 8,
      macsBefore: 55_296 + 4 * 4 * (16 * 8 * 9 + 16 * 16 * 9 + 16 * 8),
    });
  });

  test('of tokens have the stride of their patches', () => {
    const { candidates } = anatomy(transformer(2));
    expect(candidates.find(({ tensor }) => tensor === 'layer0.out')).toMatchObject({
      shape: [1, 17, 12],
      stride: 8,
    });
  });
});

describe('the proposed split', () => {
  test('of a residual network follows its stages', () => {
    expect(cuts(residualNetwork())).toEqual([
      'stem.pool',
      'stage0.block1.out',
      'stage1.block1.out',
    ]);
  });

  test('of inverted residuals avoids the wide tensors inside them, and leaves the last pointwise layer to the head', () => {
    expect(cuts(gatedNetwork())).toEqual(['stem.swish', 'mb0.add', 'mb2.add', 'mb4.add']);
  });

  test('of a transformer lies between layers and balances their number', () => {
    expect(cuts(transformer(8))).toEqual([
      'embedded',
      'layer1.out',
      'layer3.out',
      'layer5.out',
      'layer7.out',
    ]);
    expect(cuts(transformer(6), { kind: 'auto', blocks: 3 })).toEqual([
      'embedded',
      'layer1.out',
      'layer3.out',
      'layer5.out',
    ]);
  });

  test('makes as many blocks as asked for, or says how many there can be', () => {
    expect(cuts(residualNetwork(), { kind: 'auto', blocks: 4 })).toHaveLength(5);
    expect(cuts(residualNetwork(), { kind: 'auto', blocks: 5 })).toBe(
      "the network divides into at most 4 blocks between 'stem.pool' and 'stage1.block1.out', not 5",
    );
  });

  // Channels and strides of torchvision's and timm's stages.
  test.each<[ReferenceName, readonly string[]]>([
    [
      'mobilenetv2',
      ['1x16x112x112', '1x24x56x56', '1x32x28x28', '1x64x14x14', '1x96x14x14', '1x320x7x7'],
    ],
    [
      'efficientnet-b0',
      ['1x16x112x112', '1x24x56x56', '1x40x28x28', '1x80x14x14', '1x112x14x14', '1x320x7x7'],
    ],
    ['resnet50', ['1x64x56x56', '1x256x56x56', '1x512x28x28', '1x1024x14x14', '1x2048x7x7']],
    ['deit-tiny', ['197x192', '197x192', '197x192', '197x192', '197x192']],
  ])('of %s ends blocks at %j', (name, shapes) => {
    const resolved = resolveCuts({ kind: 'auto' }, anatomy(createReference(name)));
    expect(resolved.ok && resolved.value.map(({ shape }) => shape.join('x'))).toEqual(shapes);
  });
});

describe('cuts that a user names', () => {
  const graph = residualNetwork();
  const list = (...tensors: string[]): CutChoice => ({ kind: 'list', tensors });

  test('come in execution order, in whatever order they are given', () => {
    expect(cuts(graph, list('stage1.block0.out', 'stem.relu', 'stage0.block1.out'))).toEqual([
      'stem.relu',
      'stage0.block1.out',
      'stage1.block0.out',
    ]);
  });

  test.each([
    [
      list('stem.relu'),
      'give at least two cuts: the end of the stem and the beginning of the head',
    ],
    [list('stem.relu', 'stem.relu'), "cut 'stem.relu' is given twice"],
    [
      list('stem.relu', 'stage0.block1.conv1'),
      "cut 'stage0.block1.conv1' does not separate the network: shortcuts lead around it; the nearest that do are 'stage0.block0.out', 'stage0.block1.add'",
    ],
    [
      list('stem.relu', 'stage1.block0.outt'),
      "cut 'stage1.block0.outt' is no tensor of the network; similar names are 'stage1.block0.out', 'stage0.block0.out', 'stage1.block1.out'",
    ],
    [
      list('image', 'stem.relu'),
      "cut 'image' is an input of the network; cut behind its first layers",
    ],
    [
      list('stem.relu', 'logits'),
      "cut 'logits' is an output of the network; cut before its last layers",
    ],
    [
      list('stem.relu', 'stem.conv.weight'),
      "cut 'stem.conv.weight' is a constant; cut at a tensor that the network computes",
    ],
  ] as const)('%j: %s', (choice, error) => {
    expect(cuts(graph, choice)).toBe(error);
  });
});
