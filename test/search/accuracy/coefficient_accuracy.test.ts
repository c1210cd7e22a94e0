import { createSpaceOfYaml } from '../../../model/space/create_space';
import { listNetworks } from '../../../model/space/genotype';
import { createAdditiveAccuracy } from '../../../search/accuracy/additive_accuracy';
import {
  coefficientProblem,
  createCoefficientAccuracy,
  type CoefficientAccuracy,
} from '../../../search/accuracy/coefficient_accuracy';
import { accuracySourceContract } from '../../contract/accuracy_source_contract';
import { smallConvYaml } from '../../contract/small_spaces';

const space = createSpaceOfYaml(smallConvYaml, 'space.yaml');
const names = listNetworks(space)!;
const plain: CoefficientAccuracy = {
  base: 60,
  options: Object.fromEntries(
    space.positions.map(({ name, values }) => [
      name,
      Object.fromEntries(values.map((value, index) => [String(value), 0.7 * index])),
    ]),
  ),
  together: [],
  logMacs: 0,
  standardDeviation: 0.4,
};
const together = [{ where: { 'block1.kernel': 5, 'block2.depth': 2 }, adds: 1.5 }];

describe.each([
  ['contributions alone', plain],
  ['terms of second order', { ...plain, together }],
  ['multiply-accumulates', { ...plain, base: 20, logMacs: 3 }],
  ['what reaches beyond 100 %', { ...plain, base: 97 }],
])('coefficients with %s', (_, coefficients) => {
  accuracySourceContract(() => ({
    source: createCoefficientAccuracy(coefficients, space),
    space,
  }));
});

describe('the accuracy that coefficients give', () => {
  const additive = createAdditiveAccuracy(plain, space);

  it('is the sum where nothing else is given, and says how sure it is', () => {
    const source = createCoefficientAccuracy(plain, space);
    for (const name of names)
      expect(source.accuracyOf(name)).toEqual({
        percent: additive.accuracyOf(name).percent,
        standardDeviationPercent: 0.4,
      });
    expect(source.statement).toContain('± 0.40 %');
    expect(source.sums?.basePercent).toBe(60);
  });

  it('has a term of second order where all of its choices stand, and only there', () => {
    const source = createCoefficientAccuracy({ ...plain, together }, space);
    const isJoint = (name: string): boolean => {
      const genotype = space.genotypeOf(name);
      return Object.entries(together[0]!.where).every(([position, value]) => {
        const at = space.positions.findIndex((each) => each.name === position);
        return space.positions[at]!.values[genotype[at]!] === value;
      });
    };
    expect(new Set(names.map(isJoint)).size).toBe(2);
    for (const name of names)
      expect(source.accuracyOf(name).percent).toBeCloseTo(
        additive.accuracyOf(name).percent + (isJoint(name) ? 1.5 : 0),
        9,
      );
    expect(source.sums).toBeUndefined();
  });

  it('grows with the logarithm of the multiply-accumulates', () => {
    const source = createCoefficientAccuracy({ ...plain, base: 20, logMacs: 3 }, space);
    for (const name of names)
      expect(source.accuracyOf(name).percent).toBeCloseTo(
        additive.accuracyOf(name).percent - 40 + 3 * Math.log10(space.costOf(name).macs),
        9,
      );
  });

  it('ends at 0 and 100 %, and is no sum then', () => {
    for (const [base, end] of [
      [500, 100],
      [-500, 0],
    ] as const) {
      const source = createCoefficientAccuracy({ ...plain, base }, space);
      expect(source.accuracyOf(names[0]!).percent).toBe(end);
      expect(source.sums).toBeUndefined();
    }
  });
});

describe('what keeps coefficients from speaking of a space', () => {
  it('is nothing where all that they name is there', () => {
    expect(coefficientProblem({ ...plain, together }, space.positions)).toBeUndefined();
  });

  it('is an option that is missing, or a term over what is not there', () => {
    expect(coefficientProblem({ ...plain, options: {} }, space.positions)).toContain(
      'is missing; give a number for each of',
    );
    const over = (where: Record<string, number>): string | undefined =>
      coefficientProblem({ ...plain, together: [{ where, adds: 1 }] }, space.positions);
    expect(over({ 'block9.kernel': 3 })).toContain(
      'field accuracy.together.0.where: the space has no position block9.kernel',
    );
    expect(over({ 'block1.kernel': 7 })).toBe(
      'field accuracy.together.0.where.block1.kernel: the space has no option 7; its options are 3, 5',
    );
  });
});
