import { createPredictedAccuracy } from '../../../search/accuracy/predicted_accuracy';

describe('an accuracy that is predicted', () => {
  it('is computed once for each network, and stays within 0 and 100 %', () => {
    const asked: string[] = [];
    const source = createPredictedAccuracy({
      version: 3,
      statement: 'guessed',
      accuracyOf: (architecture) => {
        asked.push(architecture);
        return { percent: Number(architecture), standardDeviationPercent: 2 };
      },
    });
    expect(['-4', '70', '104', '70'].map((name) => source.accuracyOf(name))).toEqual(
      [0, 70, 100, 70].map((percent) => ({ percent, standardDeviationPercent: 2 })),
    );
    expect(asked).toEqual(['-4', '70', '104']);
    expect(source.version).toBe(3);
  });
});
