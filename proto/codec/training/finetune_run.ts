import { z } from 'zod';
import type { FinetuningRecipe } from '../../../common/training/recipe';
import type { AssembledBlock } from '../../../common/training/training_task';
import { countField, listField } from '../field';
import { finetuningRecipeSchema } from './recipe';
import { trainingEndSchema } from './training_end';
import { assembledBlocksSchema } from './training_task';

/** More are no choice any more, and each takes minutes. */
const mostPicks = 100;
const mostImages = 10_000_000;
const longestName = 200;
const longestArchitecture = 2_000;

const architecture = z.string().min(1).max(longestArchitecture);

/** What a run of kind `finetune` is asked for. */
export const finetuneRequestSchema = z.strictObject({
  /** The reference's name. */
  reference: z.string().min(1).max(longestName),
  picks: listField(z.strictObject({ architecture, blocks: assembledBlocksSchema }), mostPicks).min(
    1,
  ),
  recipe: finetuningRecipeSchema,
  /** Weights of stem and head are drawn anew. */
  fromScratch: z.boolean(),
  evaluationImages: countField.min(10).max(mostImages),
  /** Whose int8 network loses more of its accuracy is trained once more, with quantization in the forward pass; null for none. */
  quantizationAwareAbovePercent: z.number().min(0).max(100).nullable(),
});

/** One network, and how well it does. */
export const finetunedPickSchema = z.strictObject({
  architecture,
  end: trainingEndSchema,
  /** It was trained with quantization in the forward pass, since without it lost too much. */
  isQuantizationAware: z.boolean(),
});

export const finetuneOutcomeSchema = z.strictObject({
  picks: listField(finetunedPickSchema, mostPicks),
});

export interface FinetuneRequest {
  readonly reference: string;
  readonly picks: readonly {
    readonly architecture: string;
    readonly blocks: readonly AssembledBlock[];
  }[];
  readonly recipe: FinetuningRecipe;
  readonly fromScratch: boolean;
  readonly evaluationImages: number;
  readonly quantizationAwareAbovePercent: number | null;
}

export type FinetunedPick = z.infer<typeof finetunedPickSchema>;
export type FinetuneOutcome = z.infer<typeof finetuneOutcomeSchema>;
