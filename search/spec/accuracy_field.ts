import { z } from 'zod';
import { mapping, number } from '../../common/field';
import { predictorSchema } from './predictor_field';

const contribution = number(-100, 100);

const tableSchema = mapping({
  kind: z.literal('table'),
  table: z
    .literal('nasbench201-cifar10-12epoch', {
      error: 'expected nasbench201-cifar10-12epoch, the only table so far',
    })
    .default('nasbench201-cifar10-12epoch'),
  split: z
    .enum(['validation', 'test'], { error: 'expected validation or test' })
    .default('validation'),
});

/** Each is looked at for each network. */
const mostTogether = 1_000;

const sums = {
  base: number(-1_000, 1_000),
  options: z.record(
    z.string(),
    z.record(
      z.string(),
      contribution,
      'expected a mapping from options to numbers, for example { 3: -0.3, 5: 0 }',
    ),
    'expected a mapping from positions to what each option adds, as `farm space show SPACE --accuracy-template` prints it',
  ),
};

const additiveSchema = mapping({
  kind: z.literal('additive'),
  ...sums,
  base: number(0, 100),
});

const togetherSchema = mapping({
  where: z
    .record(
      z.string(),
      z.union([z.string(), z.number()], 'expected an option of the position'),
      'expected a mapping from positions to options, for example { block1.kernel: 3, block2.kernel: 5 }',
    )
    .refine((where) => Object.keys(where).length > 0, 'expected at least one position'),
  adds: contribution,
});

const coefficients = {
  ...sums,
  together: z
    .array(togetherSchema, 'expected a list of { where, adds }')
    .max(mostTogether, `expected at most ${mostTogether} terms`)
    .default([]),
  logMacs: contribution.default(0),
  standardDeviation: number(0, 100),
};

/** What a file of coefficients holds. */
export const coefficientsFileSchema = mapping(coefficients);

const coefficientsSchema = mapping({ kind: z.literal('coefficients'), ...coefficients });

/** Where accuracies come from; without a kind, a table. */
export const accuracySchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('kind' in value)
      ? { kind: 'table', ...value }
      : value,
  z.discriminatedUnion('kind', [tableSchema, additiveSchema, coefficientsSchema, predictorSchema], {
    error: 'expected a mapping with kind: table, additive, coefficients or predictor',
  }),
);
