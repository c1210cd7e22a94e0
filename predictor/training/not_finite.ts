import { FarmError } from '../../common/farm_error';

/** A training that has lost its way: the task fails with this reason, and others go on. */
export function lossNotFinite(step: number, steps: number, learningRate: number): FarmError {
  return new FarmError(
    'failed',
    `the loss is no number any more at step ${step} of ${steps}, at a learning rate of ${learningRate.toPrecision(2)}; lower learningRate or set clipNorm`,
  );
}
