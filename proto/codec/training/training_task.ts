import { z } from 'zod';
import type { Result } from '../../../common/result';
import type { AssembledBlock, TrainingTask } from '../../../common/training/training_task';
import { countField, listField } from '../field';
import { decodeJson, encodeJson } from '../json';
import { blockSpecSchema } from './block_spec';
import { finetuningRecipeSchema, trainingRecipeSchema } from './recipe';
import { digestField, referenceSchema } from './reference';

/** A network of two hundred blocks has some 80 kB. */
export const largestTaskBytes = 512 * 1024;
const mostBlocks = 200;

const assembledSchema: z.ZodType<AssembledBlock> = z.strictObject({
  spec: blockSpecSchema,
  weights: digestField.nullable(),
});
export const assembledBlocksSchema = listField(assembledSchema, mostBlocks).min(1);

export const trainingTaskSchema: z.ZodType<TrainingTask> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('block'),
    reference: referenceSchema,
    block: z
      .int()
      .min(0)
      .max(mostBlocks - 1),
    spec: blockSpecSchema,
    recipe: trainingRecipeSchema,
  }),
  z.strictObject({
    kind: z.literal('network'),
    reference: referenceSchema,
    blocks: assembledBlocksSchema,
    fromScratch: z.boolean(),
    recipe: finetuningRecipeSchema,
    evaluationImages: countField.min(1),
    evaluationOffset: countField,
    keepsModel: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('probe'),
    reference: referenceSchema,
    blocks: assembledBlocksSchema,
    images: countField.min(1),
  }),
]);

export function encodeTrainingTask(task: TrainingTask): Uint8Array {
  return encodeJson(task);
}

/** Never throws; the error names the field that is wrong. */
export function decodeTrainingTask(bytes: Uint8Array): Result<TrainingTask, string> {
  return decodeJson(bytes, trainingTaskSchema, largestTaskBytes);
}
