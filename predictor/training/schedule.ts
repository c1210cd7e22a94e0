import type { TrainingRecipe } from '../../common/training/recipe';

/** Steps of a recipe; at least one. */
export function stepsOf(
  { epochs, batch }: Pick<TrainingRecipe, 'epochs' | 'batch'>,
  images: number,
): number {
  return Math.max(1, Math.round((epochs * images) / batch));
}

/** Rises from zero for the warm-up, then stays or falls along half a cosine (Loshchilov and Hutter, https://arxiv.org/abs/1608.03983, equation 5). */
export function learningRateAt(
  step: number,
  steps: number,
  { learningRate, schedule, warmupShare }: TrainingRecipe,
): number {
  const warmup = Math.round(warmupShare * steps);
  if (step < warmup) return (learningRate * (step + 1)) / (warmup + 1);
  if (schedule === 'constant') return learningRate;
  const done = (step - warmup) / Math.max(1, steps - warmup);
  return 0.5 * learningRate * (1 + Math.cos(Math.PI * done));
}
