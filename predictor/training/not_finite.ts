/** A training that has lost its way: the task fails with the reason, and others go on. */
export class LossNotFinite extends Error {
  constructor(step: number, steps: number, learningRate: number) {
    super(
      `the loss is no number any more at step ${step} of ${steps}, at a learning rate of ${learningRate.toPrecision(2)}; lower learningRate or set clipNorm`,
    );
  }
}
