import { z } from 'zod';
import { mapping, number } from '../../common/field';
import { featureFamilies } from '../prediction/block_features';

const numbers = z.array(z.number());

/** As much of a predictor as a search needs; written into its specification when it is created, so that it never changes under it. */
const documentSchema = z.object({
  version: z.int().min(1),
  referenceDigest: z.string(),
  space: z.string(),
  blocks: z.array(
    z.record(z.string(), z.object({ nsr: z.number(), quantizedNsr: z.number(), macs: z.number() })),
  ),
  sharedMacs: z.number(),
  family: z.enum(featureFamilies),
  model: z.object({
    means: numbers,
    deviations: numbers,
    coefficients: numbers,
    intercept: z.number(),
    penalty: z.number(),
    residualDeviation: z.number(),
    inverse: z.array(numbers),
  }),
  kendallTau: z.number(),
});

export type SearchedPredictor = z.infer<typeof documentSchema>;

export const predictorSchema = mapping({
  kind: z.literal('predictor'),
  reference: z
    .string('expected the name of a reference (see: farm reference list)')
    .min(1)
    .max(200),
  minimumTau: number(-1, 1).default(0.6),
  document: documentSchema.optional(),
});
