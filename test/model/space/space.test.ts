import { sampleArchitecture } from '../../../model/space/genotype';
import { createRandom } from '../../../common/random';
import { parseTarget, type Target } from '../../../common/target';
import { segmentsOf } from '../../../model/block/network_spec';
import { layersKey } from '../../../model/space/block_options';
import { loadSpace, shippedSpaceNames } from '../../../model/space/load_space';
import { createSpaceOfYaml } from '../../../model/space/create_space';
import { shortHash, type NetworkSpace, type Restriction } from '../../../model/space/network_space';
import { imageNetShape, referenceSpec } from '../../../model/zoo/reference_spec';
import { createHash } from 'node:crypto';
import fc from 'fast-check';

const npu = parseTarget('sm8550/onnxruntime/npu/int8');
const cpu = parseTarget('host/onnxruntime/cpu/int8');
const on = (target: Target): Restriction => ({ targets: [target], forbidden: [] });
const demo = loadSpace('demo-small');
const donna = loadSpace('donna-full');

const smallYaml = `
kind: conv
name: two
imageSize: 16
classes: 3
stem: { kind: conv, channels: 16, activation: relu }
choices: { cell: [depthwise], kernel: [3, 5], expansion: [1, 2, 4], depth: [1, 2], width: [0.5, 1], activation: [relu, swish], attention: [none] }
blocks: [{ channels: 16, stride: 1 }, { channels: 24, stride: 2 }]
head: { kind: pool }
rules:
  - { forbid: { kernel: [5], depth: [2] }, blocks: [2] }
  - { forbid: { activation: [swish] }, targets: { unit: [npu], precision: [int8] } }
`;

/** All genotypes, counted out. */
function* genotypes(space: NetworkSpace): Generator<readonly number[]> {
  const total = space.choices.reduce((product, count) => product * count, 1);
  for (let index = 0; index < total; index += 1) {
    let rest = index;
    yield space.choices.map((count) => {
      const digit = rest % count;
      rest = Math.floor(rest / count);
      return digit;
    });
  }
}

describe('shipped spaces', () => {
  test.each([
    ['demo', 331_776n, 331_776n],
    ['demo-small', 1_679_616n, 1_679_616n],
    ['donna-full', 8_349_416_423_424n, 1_940_077_412_352n],
    ['efficientnet', 2_437_438_960_041_984n, 2_437_438_960_041_984n],
    ['mobilenetv2', 43_537_883_136n, 43_537_883_136n],
    ['nasbench201', 15_284n, 6_461n],
    ['resnet50', 16_777_216n, 5_308_416n],
    ['vit-tiny', 136_048_896n, 136_048_896n],
  ])('%s has %i architectures, %i networks that differ', (name, options, networks) => {
    expect(loadSpace(name).summarize()).toMatchObject({ options, networks });
  });

  test('are all listed', () => {
    expect(shippedSpaceNames()).toEqual([
      'demo',
      'demo-small',
      'donna-full',
      'efficientnet',
      'mobilenetv2',
      'nasbench201',
      'resnet50',
      'vit-tiny',
    ]);
    expect(384n ** 5n).toBe(donna.summarize().options);
  });

  test.each([
    [
      'mobilenetv2',
      'mobilenetv2',
      'dw-k3-e1-d1-w1-relu6-plain+dw-k3-e6-d2-w1-relu6-plain+dw-k3-e6-d3-w1-relu6-plain+dw-k3-e6-d4-w1-relu6-plain+dw-k3-e6-d3-w1-relu6-plain+dw-k3-e6-d3-w1-relu6-plain+dw-k3-e6-d1-w1-relu6-plain',
    ],
    [
      'efficientnet',
      'efficientnet-b0',
      'dw-k3-e1-d1-w1-swish-se+dw-k3-e6-d2-w1-swish-se+dw-k5-e6-d2-w1-swish-se+dw-k3-e6-d3-w1-swish-se+dw-k5-e6-d3-w1-swish-se+dw-k5-e6-d4-w1-swish-se+dw-k3-e6-d1-w1-swish-se',
    ],
    [
      'resnet50',
      'resnet50',
      'bneck-k3-e4-d3-w1-relu-plain+bneck-k3-e4-d4-w1-relu-plain+bneck-k3-e4-d6-w1-relu-plain+bneck-k3-e4-d3-w1-relu-plain',
    ],
    ['vit-tiny', 'deit-tiny', 'd3-h3-m4-c192+d3-h3-m4-c192+d3-h3-m4-c192+d3-h3-m4-c192'],
  ] as const)('%s holds %s', (name, reference, architecture) => {
    const [stem, ...others] = segmentsOf(referenceSpec(reference, imageNetShape)).map(layersKey);
    const hash = createHash('sha256')
      .update(
        [
          JSON.stringify([imageNetShape.imageSize, stem, others.at(-1)]),
          ...others.slice(0, -1),
        ].join(' '),
      )
      .digest('hex');
    expect(loadSpace(name).hashOf(architecture)).toBe(hash);
  });
});

describe('rules', () => {
  const space = createSpaceOfYaml(smallYaml, 'two.yaml');

  test('count as a filter of all genotypes does', () => {
    const named = (genotype: readonly number[]): Map<string, unknown> =>
      new Map(space.positions.map(({ name, values }, index) => [name, values[genotype[index]!]]));
    const kept = [...genotypes(space)].filter(
      (genotype) =>
        !(named(genotype).get('block2.kernel') === 5 && named(genotype).get('block2.depth') === 2),
    );
    expect(space.summarize().options).toBe(BigInt(kept.length));
    expect(
      [...genotypes(space)].filter((genotype) => space.architectureOf(genotype) !== undefined),
    ).toHaveLength(kept.length);
    const onNpu = kept.filter(
      (genotype) =>
        named(genotype).get('block1.activation') === 'relu' &&
        named(genotype).get('block2.activation') === 'relu',
    );
    expect(space.within(on(npu)).summarize().options).toBe(BigInt(onNpu.length));
    expect(space.within(on(cpu)).summarize()).toEqual(space.summarize());
  });

  test('least and most cost are those of all architectures', () => {
    const costs = [...genotypes(space)]
      .flatMap((genotype) => space.architectureOf(genotype) ?? [])
      .map((architecture) => space.costOf(architecture));
    const { least, most } = space.summarize();
    expect(least).toEqual({
      macs: Math.min(...costs.map(({ macs }) => macs)),
      parameters: Math.min(...costs.map(({ parameters }) => parameters)),
    });
    expect(most).toEqual({
      macs: Math.max(...costs.map(({ macs }) => macs)),
      parameters: Math.max(...costs.map(({ parameters }) => parameters)),
    });
  });

  test('samples keep them', () => {
    const random = createRandom(3);
    const onNpu = donna.within(on(npu));
    const isPermitted = (architecture: string): boolean =>
      onNpu.architectureOf(donna.genotypeOf(architecture)) === architecture;
    const samples = Array.from({ length: 50 }, () => sampleArchitecture(onNpu, random));
    expect(samples.every(isPermitted)).toBe(true);
    expect(samples.some((architecture) => architecture.includes('swish'))).toBe(false);
    expect(
      isPermitted(
        donna.canonical(
          'dw-k3-e2-d1-w1-swish-se+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain',
        ),
      ),
    ).toBe(false);
  });
});

describe('architecture strings', () => {
  test('are read and written back', () => {
    const random = createRandom(1);
    for (const space of [demo, donna, loadSpace('vit-tiny')]) {
      for (let index = 0; index < 30; index += 1) {
        const architecture = sampleArchitecture(space, random);
        expect(space.canonical(architecture)).toBe(architecture);
        expect(space.architectureOf(space.genotypeOf(architecture))).toBe(architecture);
      }
    }
  });

  test('that write one network in two ways become one', () => {
    const block = 'dw-k3-e2-d1-w1-relu-plain';
    const rest = `+${block}+${block}+${block}+${block}`;
    expect(donna.canonical(`dw-k3-e4-d1-w0.5-relu-plain${rest}`)).toBe(`${block}${rest}`);
    expect(donna.hashOf(`dw-k3-e4-d1-w0.5-relu-plain${rest}`)).toBe(
      donna.hashOf(`${block}${rest}`),
    );
    expect(shortHash(donna.hashOf(`${block}${rest}`))).toMatch(/^[0-9a-f]{12}$/);
  });

  test.each([
    ['dw-k3', /1 block\(s\); expected 4 joined by "\+"/],
    ['dw-k9-e2-d1-w1-relu6-plain+x+x+x', /block 1 "dw-k9.*": kernel "k9" is not one of k3, k5, k7/],
    [
      'dw-k3-e2-d1+x+x+x',
      /block 1 "dw-k3-e2-d1": expected 7 parts joined by "-", for example dw-k3/,
    ],
    ['+'.repeat(5000), /at most 2000 are read/],
  ])('wrong string %# is refused', (text, message) => {
    expect(() => demo.canonical(text)).toThrow(message);
  });

  test('refuse what a rule forbids', () => {
    expect(() => donna.canonical(Array(5).fill('dw-k3-e2-d1-w1-relu-se').join('+'))).toThrow(
      /a rule of the space forbids this combination/,
    );
  });

  test('of any kind give an architecture or one clear line', () => {
    const piece = fc.constantFrom(
      'dw',
      'k3',
      '-',
      '+',
      'e2',
      'd1',
      'w1',
      'relu6',
      'plain',
      'se',
      '\n',
      '\u0000',
      'k3-e2-d1-w1-relu6-se',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(demo.canonical(demo.canonical(text))).toBe(demo.canonical(text));
          } catch (error) {
            expect((error as Error).name).toBe('BadInputError');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('isomorphic cells', () => {
  const cells = loadSpace('nasbench201');

  test('have one string and one hash', () => {
    const [one, other] = [
      '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|',
      '|none~0|+|skip_connect~0|none~1|+|none~0|skip_connect~1|skip_connect~2|',
    ];
    expect(cells.canonical('|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|')).toBe(
      cells.canonical('|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|'),
    );
    expect(cells.hashOf('|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|')).toBe(
      cells.hashOf('|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|'),
    );
    expect(cells.hashOf(one)).not.toBe(
      cells.hashOf('|nor_conv_1x1~0|+|skip_connect~0|none~1|+|none~0|skip_connect~1|none~2|'),
    );
    expect(cells.canonical(other)).toBe(cells.canonical(cells.canonical(other)));
  });

  test('are 6,466 classes as published', () => {
    expect(
      new Set([...genotypes(cells)].map((genotype) => cells.canonical(genotype.join('')))).size,
    ).toBe(6_466);
  });
});
