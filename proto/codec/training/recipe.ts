import { z } from 'zod';
import type { FinetuningRecipe, TrainingRecipe } from '../../../common/training/recipe';
import { countField } from '../field';

const mostEpochs = 10_000;
const largestBatch = 65_536;
const share = z.number().min(0).max(1);

const fields = {
  epochs: z.number().positive().max(mostEpochs),
  batch: z.int().min(1).max(largestBatch),
  optimizer: z.enum(['adam', 'adamw', 'sgd']),
  learningRate: z.number().positive().max(1_000),
  weightDecay: z.number().min(0).max(1_000),
  schedule: z.enum(['cosine', 'constant']),
  warmupShare: share,
  clipNorm: z.number().positive().nullable(),
  augmentation: z.enum(['none', 'standard']),
  seed: countField,
};

export const trainingRecipeSchema: z.ZodType<TrainingRecipe> = z.strictObject(fields);

export const finetuningRecipeSchema: z.ZodType<FinetuningRecipe> = z.strictObject({
  ...fields,
  distillationShare: share,
  temperature: z.number().positive().max(1_000),
  trainStem: z.boolean(),
  trainHead: z.boolean(),
  patienceEpochs: z.int().min(1).max(mostEpochs).nullable(),
  quantizationAware: z.boolean(),
});
