import { BadInputError } from '../../common/bad_input';
import type { Reference } from '../../common/training/reference';
import type { NetworkOutcome, NetworkTask, TrainingEnd } from '../../common/training/training_task';
import {
  finetuneRequestSchema,
  type FinetunedPick,
  type FinetuneOutcome,
  type FinetuneRequest,
} from '../../proto/codec/training/finetune_run';
import { runKind } from './run_kind';
import type { RunContext } from './training_run';

/** Trains chosen networks end to end and keeps them; those that int8 costs too much once more, with quantization in the forward pass. */
export const finetuneRun = runKind(
  'finetune',
  finetuneRequestSchema,
  async (request, context): Promise<FinetuneOutcome> => {
    const reference = await context.reference(request.reference);
    requireBlocks(request, reference);
    const tasks = request.picks.map((pick) => taskOf(pick, request, reference));
    const ends = await context.perform('networks', tasks);
    const again = await quantizationAware(tasks, ends, request, context);
    return {
      picks: request.picks.map(({ architecture }, index): FinetunedPick => {
        const [end, other] = [ends[index], again.get(index)];
        if (end === undefined) throw new Error('each task comes to an end');
        const isBetter = quantizedAccuracyOf(other) > quantizedAccuracyOf(end);
        return other !== undefined && isBetter
          ? { architecture, end: other, isQuantizationAware: true }
          : { architecture, end, isQuantizationAware: request.recipe.quantizationAware };
      }),
    };
  },
);

function requireBlocks({ picks }: FinetuneRequest, { name, cuts }: Reference): void {
  const wanted = cuts.length - 1;
  for (const { architecture, blocks } of picks)
    if (blocks.length !== wanted)
      throw new BadInputError(
        `finetune: ${architecture.slice(0, 80)} has ${blocks.length} blocks, and reference ${name} is cut into ${wanted}; choose networks of the reference's own space`,
      );
}

function taskOf(
  { blocks }: FinetuneRequest['picks'][number],
  { recipe, fromScratch, evaluationImages }: FinetuneRequest,
  reference: Reference,
): NetworkTask {
  return {
    kind: 'network',
    reference,
    blocks,
    fromScratch,
    recipe,
    evaluationImages,
    evaluationOffset: 0,
    keepsModel: true,
  };
}

/** The ends of those that were trained once more, by their places. */
async function quantizationAware(
  tasks: readonly NetworkTask[],
  ends: readonly TrainingEnd[],
  { recipe, quantizationAwareAbovePercent: limit }: FinetuneRequest,
  context: RunContext,
): Promise<ReadonlyMap<number, TrainingEnd>> {
  if (limit === null || recipe.quantizationAware) return new Map();
  const places = [...tasks.keys()].filter((index) => dropOf(ends[index]) > limit);
  if (places.length === 0) return new Map();
  context.note(`${places.length} networks lose more than ${limit} % to int8`);
  const again = await context.perform(
    'quantization-aware',
    places.flatMap((index): NetworkTask[] => {
      const task = tasks[index];
      return task === undefined
        ? []
        : [{ ...task, recipe: { ...recipe, quantizationAware: true } }];
    }),
  );
  return new Map(
    places.flatMap((place, index) => {
      const end = again[index];
      return end === undefined ? [] : [[place, end] as const];
    }),
  );
}

/** Of a network that came to nothing, as if it were the worst. */
function quantizedAccuracyOf(end: TrainingEnd | undefined): number {
  return outcomeOf(end)?.quantizedAccuracyPercent ?? -1;
}

function dropOf(end: TrainingEnd | undefined): number {
  const outcome = outcomeOf(end);
  return outcome === undefined ? 0 : outcome.accuracyPercent - outcome.quantizedAccuracyPercent;
}

function outcomeOf(end: TrainingEnd | undefined): NetworkOutcome | undefined {
  return end?.kind === 'done' && end.outcome.kind === 'network' ? end.outcome : undefined;
}
