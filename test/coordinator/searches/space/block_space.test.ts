import { sampleArchitecture } from '../../../../model/space/genotype';
import { readFileSync } from 'node:fs';
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
    const { base, options } = accuracyFor('demo-small');
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

  const mobilenet = (fields: object, target?: string) =>
    specOf('mobilenetv2', { accuracy: mobilenetAccuracy, ...fields }, target);

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
