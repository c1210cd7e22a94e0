import type { TrainingEngine } from '../../../../predictor/engine/engine';
import { gradientError } from './gradient_check';
import { imageCases } from './image_cases';
import { titleOf, type OperatorCase } from './one_operator';
import { tokenCases } from './token_cases';

const tolerance = 0.03;

export function describeGradients(open: () => Promise<TrainingEngine>): void {
  describe('the gradient through an operator', () => {
    let engine: TrainingEngine;

    beforeAll(async () => {
      engine = await open();
    });

    test.each(
      [...imageCases, ...tokenCases]
        .filter((each) => !isSteep(each))
        .map((each) => [titleOf(each), each] as const),
    )('is the slope of the loss: %s', (_title, each) => {
      expect(gradientError(engine, each)).toBeLessThan(tolerance);
    });
  });
}

/** By values that lie around 0: finite differences tell nothing there. */
function isSteep({ kind, operands = [] }: OperatorCase): boolean {
  return kind === 'Reciprocal' || (kind === 'Div' && operands.includes('features'));
}
