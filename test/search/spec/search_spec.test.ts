import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { BadInputError } from '../../../common/bad_input';
import { defaultPlan } from '../../../common/job';
import { parseSearchSpec } from '../../../search/spec/search_spec';

const least = `
name: cells
space: nasbench201
targets: [host/onnxruntime/cpu/int8]
budget: { measurements: 10 }
`;

describe('a search specification', () => {
  it('needs a name, a space, targets and a budget; everything else has a default', () => {
    expect(parseSearchSpec(least, 'spec.yaml')).toEqual({
      name: 'cells',
      space: 'nasbench201',
      strategy: { kind: 'surrogate', seed: 1 },
      targets: [
        {
          target: { pool: 'host', runtime: 'onnxruntime', unit: 'cpu', precision: 'int8' },
          name: 'host/onnxruntime/cpu/int8',
          constraints: {},
          budget: { measurements: 10 },
          concurrency: undefined,
        },
      ],
      plan: defaultPlan,
      confirm: { rounds: 2 },
      isBudgetShared: false,
      front: { kind: 'each' },
      priority: 0,
      weight: 1,
      teachers: [],
      fresh: false,
      model: { seed: 1 },
    });
  });

  it('lets a target have constraints and concurrency of its own', () => {
    const yaml = `
name: cells
space: nasbench201
targets:
  - host/onnxruntime/cpu/int8
  - { target: a/onnxruntime/npu/int8, constraints: { latencyMsMax: 2 }, budget: { phoneMinutes: 30 }, concurrency: 9 }
constraints: { latencyMsMax: 5, accuracyPercentMin: 70 }
concurrency: 3
budget: { measurements: 10 }
`;
    expect(parseSearchSpec(yaml, 'spec.yaml').targets).toMatchObject([
      {
        constraints: { latencyMsMax: 5, accuracyPercentMin: 70 },
        budget: { measurements: 10 },
        concurrency: 3,
      },
      {
        constraints: { latencyMsMax: 2, accuracyPercentMin: 70 },
        budget: { phoneMinutes: 30 },
        concurrency: 9,
      },
    ]);
  });

  it('asks a share of the NPU of targets that have one, and refuses it for others', () => {
    const share = `${least}constraints: { npuShareMin: 0.9 }`;
    const mixed = share.replace('[host', '[a/onnxruntime/npu/int8, host');
    expect(
      parseSearchSpec(share.replace('host', 'a').replace('cpu', 'npu'), 'spec.yaml').targets.map(
        ({ constraints }) => constraints,
      ),
    ).toEqual([{ npuShareMin: 0.9 }]);
    const remedy =
      'host/onnxruntime/cpu/int8 runs nothing on an NPU; remove npuShareMin from constraints, and give it to the targets that have one: { target, constraints: { npuShareMin } }';
    expect(() => parseSearchSpec(share, 'spec.yaml')).toThrow(
      new BadInputError(`spec.yaml: field targets.0: ${remedy}`),
    );
    expect(() => parseSearchSpec(mixed, 'spec.yaml')).toThrow(
      new BadInputError(`spec.yaml: field targets.1: ${remedy}`),
    );
    for (const unit of ['gpu', 'dsp'])
      expect(() => parseSearchSpec(share.replace('cpu', unit), 'spec.yaml')).toThrow(
        'runs nothing on an NPU',
      );
  });

  it('takes the example of the documentation', () => {
    const path = 'docs/examples/search.yaml';
    expect(parseSearchSpec(readFileSync(path, 'utf8'), path).targets).toHaveLength(2);
  });

  it.each([
    ['', 'spec.yaml: field name: expected a name'],
    [
      `${least}colour: red`,
      'spec.yaml: top level: unknown field colour; the fields here are name, space, strategy, targets, front, accuracy, constraints, budget, plan, confirm, concurrency, priority, weight, teachers, fresh, model',
    ],
    [
      `${least}plan: { runs: 0 }`,
      'spec.yaml: field plan.runs: expected a whole number from 1 to 10000',
    ],
    [
      `${least}plan: { run: 5 }`,
      'spec.yaml: field plan: unknown field run; the fields here are sessions, runs, warmupRuns, threads, sessionDeadlineMs',
    ],
    [`${least}fresh: maybe`, 'spec.yaml: field fresh: expected true or false'],
    [`${least}weight: 0`, 'spec.yaml: field weight: expected a number above 0, at most 1000'],
    [
      `${least}strategy: { kind: genetic }`,
      'spec.yaml: field strategy.kind: expected a mapping with kind: surrogate, nsga2-async, nsga2, random or external',
    ],
    [
      `${least}strategy: { kind: external, seed: 1 }`,
      'spec.yaml: field strategy: unknown field seed; the fields here are kind',
    ],
    [
      `${least}strategy: { kind: random, populationSize: 4 }`,
      'spec.yaml: field strategy: unknown field populationSize; the fields here are kind, seed',
    ],
    [
      `${least}strategy: { kind: nsga2-async, seed: 1.5 }`,
      'spec.yaml: field strategy.seed: expected a whole number from 0 to 9007199254740991',
    ],
    [
      `${least}constraints: { accuracyPercentMin: 101 }`,
      'spec.yaml: field constraints.accuracyPercentMin: expected a number from 0 to 100',
    ],
    [
      `${least}constraints: { npuShareMin: 1.5 }`,
      'spec.yaml: field constraints.npuShareMin: expected a number above 0, at most 1',
    ],
    [
      `${least}constraints: { parametersMax: 0 }`,
      'spec.yaml: field constraints.parametersMax: expected a whole number from 1 to 9007199254740991',
    ],
    [
      `${least}constraints: { forbidden: avg_pool_3x3 }`,
      'spec.yaml: field constraints.forbidden: expected a list of options, for example [avg_pool_3x3]',
    ],
    [
      least.replace(/\[(.*)\]/, '[{ target: $1, constraints: { npuShareMin: 0.9 } }]'),
      'spec.yaml: field targets.0: host/onnxruntime/cpu/int8 runs nothing on an NPU; remove its constraint npuShareMin',
    ],
    [
      `${least}accuracy: { split: train }`,
      'spec.yaml: field accuracy.split: expected validation or test',
    ],
    [
      least.replace('nasbench201', '../darts'),
      'spec.yaml: field space: expected the name of a search space (see: farm space list), or a mapping that is one',
    ],
    [
      `${least}accuracy: { kind: guess }`,
      'spec.yaml: field accuracy.kind: expected a mapping with kind: table, additive, coefficients or predictor',
    ],
    [
      `${least}accuracy: { kind: additive, base: 101, options: {} }`,
      'spec.yaml: field accuracy.base: expected a number from 0 to 100',
    ],
    [
      `${least}accuracy: { kind: additive, base: 70, options: { block1.kernel: { 3: high } } }`,
      'spec.yaml: field accuracy.options.block1.kernel.3: expected a number from -100 to 100',
    ],
    [
      least.replace('measurements: 10', 'minutes: 10'),
      'spec.yaml: field budget: unknown field minutes; the fields here are measurements, phoneMinutes, wallMinutes, shared',
    ],
    [
      least.replace('measurements: 10', ''),
      'spec.yaml: field budget: expected at least one of measurements, phoneMinutes, wallMinutes',
    ],
    [
      least.replace('measurements: 10', 'measurements: 0'),
      'spec.yaml: field budget.measurements: expected a whole number from 1 to 1000000',
    ],
    [
      least.replace('measurements: 10', 'phoneMinutes: 0'),
      'spec.yaml: field budget.phoneMinutes: expected a number above 0, at most 1000000',
    ],
    [
      least.replace('measurements: 10', 'wallMinutes: -3'),
      'spec.yaml: field budget.wallMinutes: expected a number above 0, at most 1000000',
    ],
    [
      least.replace('budget:', 'bugdet:'),
      'spec.yaml: field budget: expected a mapping with the fields measurements, phoneMinutes, wallMinutes, shared',
    ],
    [
      least.replace('name: cells', 'name: ../cells'),
      'spec.yaml: field name: expected 1 to 63 letters, digits, ".", "_" or "-"',
    ],
    [
      least.replace('[host/onnxruntime/cpu/int8]', '[]'),
      'spec.yaml: field targets: expected at least one target',
    ],
    [
      least.replace('[host/onnxruntime/cpu/int8]', '[7]'),
      'spec.yaml: field targets.0: expected a mapping with the fields target, constraints, budget, concurrency',
    ],
    [
      least.replace('host/onnxruntime/cpu/int8', 'host/cpu'),
      'spec.yaml: field targets.0.target: target "host/cpu": it needs four parts; expected <pool>/<runtime>/<unit>/<precision>, for example host/onnxruntime/cpu/int8 (see: farm targets)',
    ],
    [
      least.replace('int8', 'float32'),
      'spec.yaml: field targets.0: host/onnxruntime/cpu/float32 is float32, and a search builds quantized models; choose a target with precision int8 or w8a16',
    ],
    [
      least.replace(/\[(.*)\]/, '[$1, $1]'),
      'spec.yaml: field targets.1: host/onnxruntime/cpu/int8 is listed twice; remove one',
    ],
  ])('is refused with the field and the remedy: %#', (yaml, message) => {
    expect(() => parseSearchSpec(yaml, 'spec.yaml')).toThrow(new BadInputError(message));
  });

  it('never fails in another way, whatever the text', () => {
    const lines = fc.array(fc.oneof(fc.constantFrom(...least.split('\n')), fc.string()), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(lines, (text) => {
        try {
          parseSearchSpec(text.join('\n'), 'spec.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
    );
  });
});
