import { z } from 'zod';
import { mapping, whole } from '../../common/field';

export const seedSchema = whole(0, Number.MAX_SAFE_INTEGER).default(1);

export const strategySchema = z.discriminatedUnion(
  'kind',
  [
    mapping({ kind: z.literal('surrogate'), seed: seedSchema }),
    mapping({
      kind: z.literal('nsga2-async'),
      seed: seedSchema,
      populationSize: whole(2, 1_000).default(20),
    }),
    mapping({
      kind: z.literal('nsga2'),
      seed: seedSchema,
      populationSize: whole(2, 1_000).default(100),
    }),
    mapping({ kind: z.literal('random'), seed: seedSchema }),
    mapping({ kind: z.literal('external') }),
  ],
  { error: 'expected a mapping with kind: surrogate, nsga2-async, nsga2, random or external' },
);
