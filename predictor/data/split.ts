import { BadInputError } from '../../common/bad_input';
import { createRandom, type Random } from '../../common/random';
import type { DataSource } from '../../common/training/reference';

/** Where labelled images come from, but for what is drawn. */
export type FileData = Exclude<DataSource, { readonly kind: 'generated' }>;

interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/** Holds back a share of each group (the images of a class), one at least where there are two; the same for the same seed. @throws BadInputError when nothing is left of either */
export function splitOf(
  groups: readonly (readonly number[])[],
  { path, validationShare, splitSeed }: FileData,
): Split {
  const random = createRandom(`split/${splitSeed}`);
  const [train, validation]: [number[], number[]] = [[], []];
  for (const group of groups) {
    const order = shuffled(group, random);
    const wanted = Math.round(validationShare * order.length);
    const held =
      validationShare === 0 || order.length < 2
        ? 0
        : Math.min(order.length - 1, Math.max(1, wanted));
    validation.push(...order.slice(0, held));
    train.push(...order.slice(held));
  }
  if (validation.length === 0)
    throw new BadInputError(
      `${path}: field data.validationShare: ${validationShare} of ${train.length} images leaves none to validate with; raise it, or give images of their own for that`,
    );
  return { train: shuffled(train, random), validation: shuffled(validation, random) };
}

/** All of them, in an order drawn from the seed: files stand class by class, and a beginning is to be a fair part. */
export function mixedOrder(count: number, splitSeed: number): readonly number[] {
  return shuffled(
    Array.from({ length: count }, (_, index) => index),
    createRandom(`order/${splitSeed}`),
  );
}

/** Fisher and Yates. */
function shuffled(values: readonly number[], random: Random): number[] {
  const order = [...values];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  return order;
}
