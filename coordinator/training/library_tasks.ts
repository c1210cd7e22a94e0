import { createRandom } from '../../common/random';
import type { TrainingRecipe } from '../../common/training/recipe';
import type { Reference } from '../../common/training/reference';
import type { BlockTask } from '../../common/training/training_task';
import { BadInputError } from '../../common/bad_input';
import { createSpaceOfYaml } from '../../model/space/create_space';
import type { BlockChoice, NetworkSpace } from '../../model/space/network_space';

/** Which blocks are trained, and how. */
interface LibraryPlan {
  /** The space's YAML. */
  readonly space: string;
  readonly recipe: TrainingRecipe;
  /** Of each block so many options, its cheapest and costliest among them; null for all. */
  readonly optionsPerBlock: number | null;
}

/** One option of one block, with the task that trains it. */
interface PlannedOption {
  readonly block: number;
  readonly choice: BlockChoice;
  readonly task: BlockTask;
}

/** @throws BadInputError for a space without blocks, or with more or fewer of them than the reference has */
export function openPlannedSpace(
  { space: yaml }: Pick<LibraryPlan, 'space'>,
  reference: Reference,
): NetworkSpace {
  const space = createSpaceOfYaml(yaml, 'space');
  const choices = space.blockChoices?.();
  if (choices === undefined)
    throw new BadInputError(
      `space ${space.name}: its networks are no blocks in a row, so no reference can be cut alike; choose a space of blocks`,
    );
  if (choices.length !== reference.cuts.length - 1)
    throw new BadInputError(
      `space ${space.name} has ${choices.length} blocks, and reference ${reference.name} is cut into ${reference.cuts.length - 1}; change cuts or space`,
    );
  return space;
}

/** Block by block. The same option of the same reference by the same recipe is the same task, in whatever space or run. */
export function libraryTasks(
  space: NetworkSpace,
  reference: Reference,
  { recipe, optionsPerBlock }: Pick<LibraryPlan, 'recipe' | 'optionsPerBlock'>,
): readonly PlannedOption[] {
  return (space.blockChoices?.() ?? []).flatMap((choices, block) =>
    chosen(choices, optionsPerBlock, `${block}/${recipe.seed}`).map((choice): PlannedOption => ({
      block,
      choice,
      task: { kind: 'block', reference, block, spec: choice.spec, recipe },
    })),
  );
}

/** Always the same ones for the same block, so that a larger library holds a smaller one. */
function chosen(
  choices: readonly BlockChoice[],
  count: number | null,
  seed: string,
): readonly BlockChoice[] {
  if (count === null || count >= choices.length) return choices;
  const byCost = choices.toSorted((one, other) => one.cost().macs - other.cost().macs);
  const ends = [byCost[0], byCost.at(-1)].filter((choice) => choice !== undefined);
  const random = createRandom(seed);
  const others = byCost
    .slice(1, -1)
    .map((choice) => ({ choice, order: random.next() }))
    .sort((one, other) => one.order - other.order)
    .map(({ choice }) => choice);
  return [...ends, ...others].slice(0, Math.max(2, count));
}
