import { z } from 'zod';
import { mapping, number } from '../../common/field';
import { isArtifactDigest } from '../../common/artifact';
import { featureFamilies } from '../prediction/block_features';

const numbers = z.array(z.number());
const digest = z.string().refine(isArtifactDigest, 'expected 64 hexadecimal digits');

/** As much of a predictor as a search needs; written into its specification when it is created, so that it never changes under it. */
const documentSchema = z.object({
  version: z.int().min(1),
  referenceDigest: z.string(),
  referenceModel: digest,
  cuts: z.array(z.string()).min(2),
  space: z.string(),
  blocks: z.array(
    z.record(
      z.string(),
      z.object({ nsr: z.number(), quantizedNsr: z.number(), macs: z.number(), weights: digest }),
    ),
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
