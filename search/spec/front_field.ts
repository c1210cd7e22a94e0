import { z } from 'zod';
import { mapping, positive } from '../../common/field';

export const frontSchema = z.discriminatedUnion(
  'kind',
  [
    mapping({ kind: z.literal('each') }),
    mapping({ kind: z.literal('joint') }),
    mapping({ kind: z.literal('worst') }),
    mapping({
      kind: z.literal('weighted'),
      weights: z
        .record(
          z.string(),
          positive(1_000),
          'expected a mapping from targets to numbers, for example { host/onnxruntime/cpu/int8: 2 }',
        )
        .default({}),
    }),
  ],
  { error: 'expected a mapping with kind: each, joint, worst or weighted' },
);
