import { z } from 'zod';
import { mapping, number } from '../../common/field';

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

const additiveSchema = mapping({
  kind: z.literal('additive'),
  base: number(0, 100),
  options: z.record(
    z.string(),
    z.record(
      z.string(),
      contribution,
      'expected a mapping from options to numbers, for example { 3: -0.3, 5: 0 }',
    ),
    'expected a mapping from positions to what each option adds, as `farm space show SPACE --accuracy-template` prints it',
  ),
});

/** Where accuracies come from; without a kind, a table. */
export const accuracySchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('kind' in value)
      ? { kind: 'table', ...value }
      : value,
  z.discriminatedUnion('kind', [tableSchema, additiveSchema], {
    error: 'expected a mapping with kind: table or additive',
  }),
);
