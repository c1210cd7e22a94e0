import { BadInputError } from '../../../../common/bad_input';
import { createRandom } from '../../../../common/random';
import { parseTarget } from '../../../../common/target';
import { requirePossible } from '../../../../coordinator/searches/feasibility';
import { loadSearchCatalog } from '../../../../coordinator/searches/search_catalog';
import { accuracyFor, mobilenetAccuracy, specOf, toldOf } from './samples';

const npu = parseTarget('sm8550/onnxruntime/npu/int8');
const catalog = loadSearchCatalog();
const { options } = accuracyFor('demo-small');
const without = (name: string): object =>
  Object.fromEntries(Object.entries(options).filter(([position]) => position !== name));
const coefficients = { kind: 'coefficients', base: 70, options, standardDeviation: 0.4 };

describe('a search of a space of blocks', () => {
  it('is refused before anything is measured when the specification does not fit the space', () => {
    const refusals: readonly (readonly [object, string])[] = [
      [
        { space: 'darts' },
        'spec.yaml: field space: there is no search space darts; choose one of demo, demo-small, donna-full, efficientnet, mobilenetv2, nasbench201, resnet50, vit-tiny',
      ],
      [
        { accuracy: undefined },
        'spec.yaml: field accuracy: demo-small comes with no accuracies; give { kind: additive, base, options }, for which farm space show demo-small --accuracy-template prints a start',
      ],
      [
        { accuracy: { split: 'test' } },
        'spec.yaml: field accuracy: the table nasbench201-cifar10-12epoch does not know position block1.cell of demo-small; give { kind: additive, base, options } (see: farm space show demo-small --accuracy-template)',
      ],
      [
        { model: { cellsPerStage: 3 } },
        'spec.yaml: field model.cellsPerStage: demo-small has no cells; remove it',
      ],
      [
        { accuracy: { kind: 'additive', base: 70, options: without('block2.kernel') } },
        'spec.yaml: field accuracy.options: position block2.kernel is missing; give a number for each of 3, 5, 7',
      ],
      [
        {
          accuracy: {
            kind: 'additive',
            base: 70,
            options: { ...options, 'block2.kernel': { 3: 0, 5: 1 } },
          },
        },
        'spec.yaml: field accuracy.options.block2.kernel: option 7 is missing; give a number for each of 3, 5, 7',
      ],
      [
        {
          accuracy: {
            kind: 'additive',
            base: 70,
            options: { ...options, 'block2.kernel': { 3: 0, 5: 1, 7: 0, 9: 4 } },
          },
        },
        'spec.yaml: field accuracy.options.block2.kernel: the space has no option 9; its options are 3, 5, 7',
      ],
      [
        {
          accuracy: {
            kind: 'additive',
            base: 70,
            options: { ...options, 'block2.kernel': { 3: 0, 5: -71, 7: 0 } },
          },
        },
        'an accuracy is a percentage from 0 to 100; change base or options',
      ],
      [
        { accuracy: { kind: 'additive', base: 100, options } },
        'spec.yaml: field accuracy: its sums go from 100.00 to ',
      ],
      [
        { accuracy: { ...coefficients, options: without('block2.kernel') } },
        'spec.yaml: field accuracy.options: position block2.kernel is missing; give a number for each of 3, 5, 7',
      ],
      [
        {
          accuracy: {
            ...coefficients,
            together: [{ where: { 'block2.kernel': 9 }, adds: 1 }],
          },
        },
        'spec.yaml: field accuracy.together.0.where.block2.kernel: the space has no option 9; its options are 3, 5, 7',
      ],
      [
        { constraints: { forbidden: ['kernel=9'] } },
        'forbidden names kernel=9, which demo-small has not; its options are cell=depthwise, kernel=3, kernel=5, kernel=7, ',
      ],
      [
        { constraints: { forbidden: ['block2.depth=1', 'block2.depth=2'] } },
        'forbidden leaves no network of demo-small; allow more options',
      ],
      [
        { constraints: { macsMax: 1000 } },
        'macsMax is 1000, and no network of demo-small has less than ',
      ],
      [
        { constraints: { accuracyPercentMin: 90 } },
        'accuracyPercentMin is 90, and the best that is allowed has 7',
      ],
    ];
    for (const [fields, message] of refusals)
      expect(() => requirePossible(specOf('demo-small', fields), catalog, 'spec.yaml')).toThrow(
        message,
      );
    expect(() =>
      requirePossible(
        specOf('nasbench201', { accuracy: { kind: 'additive', base: 70, options } }),
        catalog,
        'spec.yaml',
      ),
    ).toThrow(
      new BadInputError(
        'spec.yaml: field accuracy.options: the space has no position block1.cell; its positions are edge0-1, edge0-2, edge1-2, edge0-3, edge1-3, edge2-3',
      ),
    );
  });

  it('takes a predictor of the user, whose accuracies say how sure they are', () => {
    const spec = specOf('demo-small', { accuracy: { ...coefficients, logMacs: 0.5 } });
    expect(() => requirePossible(spec, catalog, 'spec.yaml')).not.toThrow();
    const architecture = catalog.space(spec).draw(createRandom('any'));
    const named = catalog.space(spec).architectureOf(architecture)!;
    expect(catalog.accuracy(spec).accuracyOf(named).standardDeviationPercent).toBe(0.4);
  });

  const mobilenet = (fields: object, target?: string) =>
    specOf('mobilenetv2', { accuracy: mobilenetAccuracy, ...fields }, target);

  it('is refused with the true best when it asks for more accuracy than rules leave', () => {
    const asking =
      (accuracyPercentMin: number): (() => void) =>
      () =>
        requirePossible(mobilenet({ constraints: { accuracyPercentMin } }), catalog, 'spec.yaml');
    // Without the rule against 7x7 four deep it would be 82.34.
    expect(asking(82.3)).toThrow(
      new BadInputError(
        'spec.yaml: constraints for sm8550/onnxruntime/npu/int8: accuracyPercentMin is 82.3, and the best that is allowed has 81.775; lower it',
      ),
    );
    expect(asking(81.7751)).toThrow('the best that is allowed has 81.775; lower it');
    expect(asking(81.775)).not.toThrow();
  });

  it('is refused by what each target permits: attention is not on an int8 NPU', () => {
    const { accuracy } = specOf('donna-full');
    const swish = {
      kind: 'additive',
      base: 70,
      options: {
        ...(accuracy as { options: object }).options,
        ...Object.fromEntries(
          [1, 2, 3, 4, 5].map((block) => [`block${block}.activation`, { relu: 0, swish: 1 }]),
        ),
      },
    };
    const asking =
      (target: string): (() => void) =>
      () =>
        requirePossible(
          specOf(
            'donna-full',
            { accuracy: swish, constraints: { accuracyPercentMin: 75 } },
            target,
          ),
          catalog,
          'spec.yaml',
        );
    expect(asking('host/onnxruntime/cpu/int8')).not.toThrow();
    expect(asking('sm8550/onnxruntime/npu/int8')).toThrow(
      'accuracyPercentMin is 75, and the best that is allowed has 71.',
    );
  });

  it('is refused when limits of size and accuracy can be kept one by one but not together', () => {
    const spec = mobilenet({});
    const admitted = { targets: [npu], forbidden: [] };
    const bounds = toldOf(spec, catalog).bounds(admitted, 80);
    expect(bounds.macs).toBeGreaterThan(2 * toldOf(spec, catalog).bounds(admitted).macs);
    const asking = (limits: object) => () =>
      requirePossible(
        mobilenet({ constraints: { accuracyPercentMin: 80, ...limits } }),
        catalog,
        'spec.yaml',
      );
    expect(asking({ macsMax: bounds.macs, parametersMax: bounds.parameters })).not.toThrow();
    expect(asking({ macsMax: bounds.macs - 1 })).toThrow(
      `macsMax is ${bounds.macs - 1}, and no network with the accuracyPercentMin of 80 has less than ${bounds.macs}; raise the one or lower the other`,
    );
    expect(asking({ parametersMax: bounds.parameters - 1 })).toThrow(
      `parametersMax is ${bounds.parameters - 1}`,
    );
    // What is forbidden counts too.
    expect(() =>
      requirePossible(
        mobilenet({ constraints: { macsMax: 80_000_000, forbidden: ['depth=1'] } }),
        catalog,
        'spec.yaml',
      ),
    ).toThrow('no network of mobilenetv2 that is allowed has less than ');
  });

  it('is refused when no network keeps the limits of all targets of one front', () => {
    const targets = [
      {
        target: 'sm8550/onnxruntime/npu/int8',
        constraints: { forbidden: ['block2.kernel=3', 'block2.kernel=5'] },
      },
      { target: 'host/onnxruntime/cpu/int8', constraints: { forbidden: ['block2.kernel=7'] } },
    ];
    const refusal =
      'spec.yaml: constraints for sm8550/onnxruntime/npu/int8 and host/onnxruntime/cpu/int8: forbidden leaves no network of mobilenetv2; allow more options';
    expect(() =>
      requirePossible(mobilenet({ targets, front: { kind: 'joint' } }), catalog, 'spec.yaml'),
    ).toThrow(new BadInputError(refusal));
    expect(() => requirePossible(mobilenet({ targets }), catalog, 'spec.yaml')).not.toThrow();
  });

  it('is refused when its own space has a shipped name, or more options than a search takes', () => {
    const own = (fields: object) => ({
      kind: 'conv',
      name: 'mine',
      imageSize: 32,
      classes: 10,
      stem: { kind: 'conv', channels: 16, activation: 'relu' },
      choices: {
        cell: ['depthwise'],
        kernel: [3, 5, 7],
        expansion: [1, 2, 3, 4, 6],
        depth: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        width: [0.5, 1],
        activation: ['relu', 'relu6', 'swish', 'hardswish'],
        attention: ['none', 'se'],
      },
      blocks: Array.from({ length: 8 }, () => ({ channels: 16, stride: 1 })),
      head: { kind: 'pool' },
      ...fields,
    });
    const asking = (space: object) => () =>
      requirePossible(specOf('demo-small', { space }), catalog, 'spec.yaml');
    expect(asking(own({ name: 'donna-full' }))).toThrow(
      'spec.yaml: field space.name: donna-full comes with the program; give yours another name, or write space: donna-full',
    );
    expect(asking(own({}))).toThrow(
      'spec.yaml: field space.blocks: 23040 options in all blocks; a search takes at most 20000: leave some choices out',
    );
    expect(asking(own({ blocks: [{ channels: 16, stride: 1 }], choices: {} }))).toThrow(
      'field space: field blocks.0.choices: cell is missing',
    );
  });
});
