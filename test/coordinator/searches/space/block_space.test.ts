import { sampleArchitecture } from '../../../../model/space/genotype';
import { readFileSync } from 'node:fs';
import { BadInputError } from '../../../../common/bad_input';
import { createRandom } from '../../../../common/random';
import { parseTarget } from '../../../../common/target';
import { parseSearchSpec } from '../../../../search/spec/search_spec';
import { admittedSpace, requirePossible } from '../../../../coordinator/searches/feasibility';
import { loadSearchCatalog } from '../../../../coordinator/searches/search_catalog';
import { openStrategies } from '../../../../coordinator/searches/strategist/strategies';
import { Admission } from '../../../../coordinator/searches/outside/admission';
import { loadSpace, shippedSpaceNames } from '../../../../model/space/load_space';
import { accuracyFor, mobilenetAccuracy, specOf, toldOf } from './samples';

const npu = parseTarget('sm8550/onnxruntime/npu/int8');
const catalog = loadSearchCatalog();
const blockSpaces = shippedSpaceNames().filter((name) => name !== 'nasbench201');
const { options } = accuracyFor('demo-small');
const without = (name: string): object =>
  Object.fromEntries(Object.entries(options).filter(([position]) => position !== name));

describe('a search of a space of blocks', () => {
  it.each(blockSpaces)(
    'draws networks of %s that the target permits and that have nothing forbidden',
    (name) => {
      const whole = loadSpace(name);
      const dimension = whole.positions.find(({ values }) => values.length > 1)!;
      const forbidden = [`${dimension.name.split('.')[1]!}=${String(dimension.values.at(-1))}`];
      const spec = specOf(name, { constraints: { forbidden } });
      requirePossible(spec, catalog, 'spec.yaml');
      const space = admittedSpace(
        spec,
        { targets: [npu], constraints: spec.targets[0]!.constraints },
        catalog,
      );
      const onNpu = whole.within({ targets: [npu], forbidden: [] });
      const random = createRandom(1);
      let drawn = 0;
      for (let draw = 0; draw < 200; draw += 1) {
        const architecture = space.architectureOf(space.draw(random));
        if (architecture === undefined) continue;
        drawn += 1;
        expect(onNpu.architectureOf(whole.genotypeOf(architecture))).toBe(architecture);
        expect(whole.canonical(architecture)).toBe(architecture);
        expect(catalog.space(spec).optionsOf(architecture)).not.toContain(forbidden[0]);
      }
      expect(drawn).toBeGreaterThan(100);
    },
  );

  it.each(blockSpaces)('knows bounds that no network of %s is below', (name) => {
    const space = loadSpace(name);
    const least = catalog.space(specOf(name)).costBounds();
    const random = createRandom(2);
    for (let draw = 0; draw < 100; draw += 1) {
      const cost = space.costOf(sampleArchitecture(space, random));
      expect(cost.macs).toBeGreaterThanOrEqual(least.macs);
      expect(cost.parameters).toBeGreaterThanOrEqual(least.parameters);
      expect(cost.peakActivationBytes / 4).toBeGreaterThanOrEqual(least.peakActivationBytes);
      expect(cost.weightBytes / 4).toBeGreaterThanOrEqual(least.modelBytes);
    }
  });

  it('takes the accuracy of a network from its choices', () => {
    const spec = specOf('demo-small');
    const percentOf = toldOf(spec, catalog).percentOf;
    const { base } = accuracyFor('demo-small');
    const architecture =
      'dw-k7-e2-d1-w1-relu6-plain+dw-k3-e2-d1-w1-relu6-plain+dw-k3-e6-d1-w1-relu6-plain+dw-k3-e2-d2-w1-relu6-se';
    const parts = [
      ['block1.kernel', '7'],
      ['block3.expansion', '6'],
      ['block4.depth', '2'],
      ['block4.attention', 'se'],
    ] as const;
    expect(percentOf(architecture)).toBeCloseTo(
      base + parts.reduce((sum, [position, option]) => sum + options[position]![option]!, 0),
      10,
    );
    const best = toldOf(spec, catalog).mostAccurate({ targets: [npu], forbidden: [] })!;
    expect(
      Math.max(
        ...Array.from({ length: 200 }, (_, seed) =>
          percentOf(sampleArchitecture(loadSpace('demo-small'), createRandom(seed))),
        ),
      ),
    ).toBeLessThanOrEqual(best.accuracyPercent);
    expect(percentOf(best.architecture)).toBe(best.accuracyPercent);
    expect(
      toldOf(spec, catalog).mostAccurate({ targets: [npu], forbidden: ['kernel=7'] })!
        .accuracyPercent,
    ).toBeLessThan(best.accuracyPercent);
  });

  it('is refused before anything is measured when the specification does not fit the space', () => {
    const refusals: readonly (readonly [object, string])[] = [
      [
        { space: 'darts' },
        'spec.yaml: field space: there is no search space darts; choose one of demo-small, donna-full, efficientnet, mobilenetv2, nasbench201, resnet50, vit-tiny',
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

  it.each([1, 2, 3])(
    'proposes the most accurate network and the smallest among the first ten, seed %d',
    (seed) => {
      const spec = mobilenet({ strategy: { kind: 'surrogate', seed } });
      const strategy = openStrategies({ spec, past: [] }, catalog).get(spec.targets[0]!.name)!;
      const proposed = Array.from({ length: 10 }, () => strategy.ask()).map((answer) =>
        typeof answer === 'object' ? answer.architecture : answer,
      );
      const space = loadSpace('mobilenetv2');
      expect(proposed).toContain(
        toldOf(spec, catalog).mostAccurate({ targets: [npu], forbidden: [] })!.architecture,
      );
      expect(Math.max(...proposed.map(toldOf(spec, catalog).percentOf))).toBe(81.775);
      expect(Math.min(...proposed.map((architecture) => space.costOf(architecture).macs))).toBe(
        space.costBounds().macs,
      );
    },
  );

  it.each(['surrogate', 'nsga2-async', 'nsga2', 'random'])(
    'finds the few networks that are accurate enough by the strategy %s',
    (kind) => {
      const spec = mobilenet({ strategy: { kind }, constraints: { accuracyPercentMin: 81.5 } });
      const strategy = openStrategies({ spec, past: [] }, catalog).get(spec.targets[0]!.name)!;
      const percentOf = toldOf(spec, catalog).percentOf;
      for (let sequence = 0; sequence < 12; sequence += 1) {
        const answer = strategy.ask();
        if (typeof answer === 'string') throw new Error(answer);
        expect(percentOf(answer.architecture)).toBeGreaterThanOrEqual(81.5);
        strategy.tell(answer.architecture, {
          kind: 'measured',
          objectives: [
            1 + loadSpace('mobilenetv2').costOf(answer.architecture).macs / 1e9,
            100 - percentOf(answer.architecture),
          ],
          violation: 0,
        });
      }
    },
  );

  it('refuses of an outside searcher what a rule of the space forbids on the target', () => {
    const swish =
      'dw-k3-e2-d1-w1-swish-se+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain+dw-k3-e2-d1-w1-relu-plain';
    const onNpu = specOf('donna-full');
    expect(() => new Admission(onNpu, onNpu.targets[0]!, catalog).canonical([swish])).toThrow(
      `field architectures.0: ${swish.slice(0, 120)} is forbidden on sm8550/onnxruntime/npu/int8 by a rule of the space; propose another`,
    );
    const onCpu = specOf('donna-full', {}, 'host/onnxruntime/cpu/int8');
    expect(new Admission(onCpu, onCpu.targets[0]!, catalog).canonical([swish])).toEqual([swish]);
  });

  it.each(['surrogate', 'nsga2-async', 'nsga2', 'random'])(
    'goes through 8.35e12 architectures with the strategy %s',
    (kind) => {
      const space = loadSpace('donna-full');
      const onNpu = space.within({ targets: [npu], forbidden: [] });
      const spec = specOf('donna-full', { strategy: { kind } });
      const strategy = openStrategies({ spec, past: [] }, catalog).get(spec.targets[0]!.name)!;
      const percentOf = toldOf(spec, catalog).percentOf;
      const proposed = new Set<string>();
      for (let measured = 0; measured < 20; measured += 1) {
        const answer = strategy.ask();
        if (typeof answer === 'string') throw new Error(answer);
        const { macs, operators } = space.costOf(answer.architecture);
        expect(onNpu.architectureOf(space.genotypeOf(answer.architecture))).toBe(
          answer.architecture,
        );
        proposed.add(answer.architecture);
        strategy.tell(answer.architecture, {
          kind: 'measured',
          objectives: [macs / 1e8 + operators / 100, 100 - percentOf(answer.architecture)],
          violation: 0,
        });
      }
      expect(proposed.size).toBe(20);
    },
  );

  it('is there as an example to start from', () => {
    const path = 'docs/examples/search-demo-small.yaml';
    const spec = parseSearchSpec(readFileSync(path, 'utf8'), path);
    requirePossible(spec, catalog, path);
    expect(
      toldOf(spec, catalog).mostAccurate({ targets: [npu], forbidden: [] })!.accuracyPercent,
    ).toBeLessThanOrEqual(100);
  });
});
