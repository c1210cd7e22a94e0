import { z } from 'zod';
import { trainingRecipeSchema } from '../../proto/codec/training/recipe';
import { libraryTasks, openPlannedSpace } from './library_tasks';
import { runKind } from './run_kind';

const longestSpace = 200_000;

/** What libraries, and what is built on them, are asked for with. */
export const libraryFields = {
  reference: z.string().min(1).max(200),
  space: z.string().min(1).max(longestSpace),
  recipe: trainingRecipeSchema,
  optionsPerBlock: z.int().min(2).nullable(),
};

/** Trains the options of all blocks; one that fails is told with its reason, and the others go on. */
export const libraryRun = runKind(
  'library',
  z.strictObject(libraryFields),
  async (request, context) => {
    const reference = await context.reference(request.reference);
    const space = openPlannedSpace(request, reference);
    const planned = libraryTasks(space, reference, request);
    const ends = await context.perform(
      'blocks',
      planned.map(({ task }) => task),
    );
    const failed = planned.flatMap(({ block, choice }, index) => {
      const end = ends[index];
      return end?.kind === 'failed' ? [{ block, option: choice.text, reason: end.reason }] : [];
    });
    return { options: planned.length, failed };
  },
);
