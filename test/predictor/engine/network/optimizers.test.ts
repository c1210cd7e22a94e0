import fc from 'fast-check';
import { createRandom } from '../../../../common/random';
import type {
  TrainingEngine,
  LossTarget,
  OptimizerSettings,
} from '../../../../predictor/engine/engine';
import {
  denseNetwork,
  denseOutput,
  denseWeights,
  inputs,
  outputs,
  rows,
  settings,
} from './dense_lab';
import { testEngine } from './network_lab';

const steps = 5;
const rate = 0.05;
/** Numbers of everyday size: of those about 0 rounding would decide. */
const sample = fc.integer().map((seed) => {
  const random = createRandom(seed);
  const draw = (length: number): number[] => Array.from({ length }, () => random.normal());
  return { weights: draw(8), data: draw(9), features: draw(6) };
});
type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never;

describe('an optimizer', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  const train = (
    { weights, data, features }: Sample,
    chosen: OptimizerSettings,
    learningRate = rate,
  ): { readonly weights: readonly number[]; readonly losses: readonly number[] } => {
    const network = denseNetwork(engine, weights);
    const training = network.train(chosen);
    const losses = Array.from({ length: steps }, () =>
      training.step(rows(inputs, data), targetOf(features), learningRate),
    );
    const after = denseWeights(network);
    training.close();
    network.close();
    return { weights: after, losses };
  };

  test.each([
    ['sgd', 0, null],
    ['sgd', 0.1, 0.5],
    ['adam', 0, null],
    ['adam', 0.1, 0.5],
    ['adamw', 0, null],
    ['adamw', 0.1, 0.5],
  ] as const)(
    '%s with decay %d and clipping at %s moves as its paper says, the bias without decay',
    (kind, weightDecay, clipNorm) => {
      fc.assert(
        fc.property(sample, (given) => {
          const chosen = settings({ kind, weightDecay, clipNorm });
          // Adam divides by the gradient's size: about 0 its rounding decides.
          fc.pre(gradientOf(given.weights, given).every((slope) => Math.abs(slope) > 0.05));
          const { weights } = train(given, chosen);
          const expected = moved(given, chosen);
          weights.forEach((value, index) => {
            expect(Math.abs(value - expected[index]!)).toBeLessThan(2e-3);
          });
          expect(
            Math.hypot(...weights.map((value, i) => value - given.weights[i]!)),
          ).toBeGreaterThan(0.01);
        }),
        { numRuns: 15 },
      );
    },
  );

  it('stands still at a learning rate of 0, decay or not', () => {
    const [given] = fc.sample(sample, { numRuns: 1, seed: 1 });
    for (const kind of ['sgd', 'adam', 'adamw'] as const)
      expect(train(given!, settings({ kind, weightDecay: 0.1 }), 0).weights).toEqual(
        given!.weights.map(Math.fround),
      );
  });

  it('answers NaN once the learning rate was NaN, and does not throw', () => {
    const [given] = fc.sample(sample, { numRuns: 1, seed: 2 });
    for (const kind of ['sgd', 'adam', 'adamw'] as const) {
      const { losses } = train(given!, settings({ kind }), Number.NaN);
      expect(losses[0]).not.toBeNaN();
      expect(losses.slice(1).every(Number.isNaN)).toBe(true);
    }
  });

  it('keeps as many moments as there are trained values, and the count of steps', () => {
    const network = denseNetwork(engine, [1, 2, 3, 4, 5, 6, 7, 8]);
    const training = network.train(settings({ kind: 'adamw' }));
    training.step(rows(inputs, [1, 2, 3]), targetOf([1, 1]), rate);
    const state = training.state();
    training.close();
    network.close();
    expect(Object.fromEntries([...state].map(([name, { shape }]) => [name, shape]))).toEqual({
      first: [8],
      second: [8],
      steps: [1],
    });
    expect([...state.get('steps')!.data]).toEqual([1]);
  });
});

function targetOf(features: readonly number[]): LossTarget {
  return {
    kind: 'features',
    features: rows(outputs, features),
    variance: Float32Array.of(1, 1),
  };
}

/** Of the mean squared error, by hand. */
function gradientOf(weights: readonly number[], { data, features }: Sample): number[] {
  const errors = denseOutput(weights, data).map((value, index) => value - features[index]!);
  const sum = (output: number, factor: (row: number) => number): number =>
    errors.reduce(
      (total, error, index) =>
        index % outputs === output
          ? total + ((2 * error) / errors.length) * factor(Math.floor(index / outputs))
          : total,
      0,
    );
  return weights.map((_, index) =>
    index < 6
      ? sum(Math.floor(index / inputs), (row) => data[row * inputs + (index % inputs)]!)
      : sum(index - 6, () => 1),
  );
}

/** The steps one number at a time, in double precision. */
function moved(
  given: Sample,
  { kind, weightDecay, clipNorm }: OptimizerSettings,
): readonly number[] {
  const values = [...given.weights];
  const [first, second] = [values.map(() => 0), values.map(() => 0)];
  for (let step = 1; step <= steps; step += 1) {
    const gradient = gradientOf(values, given);
    const length = Math.hypot(...gradient);
    const factor = clipNorm !== null && length > clipNorm ? clipNorm / length : 1;
    values.forEach((value, index) => {
      const decay = index < 6 ? weightDecay * value : 0;
      const slope = gradient[index]! * factor + (kind === 'adamw' ? 0 : decay);
      if (kind === 'sgd') {
        first[index] = 0.9 * first[index]! + slope;
        values[index] = value - rate * first[index];
        return;
      }
      first[index] = 0.9 * first[index]! + 0.1 * slope;
      second[index] = 0.999 * second[index]! + 0.001 * slope ** 2;
      const change =
        first[index] / (1 - 0.9 ** step) / (Math.sqrt(second[index] / (1 - 0.999 ** step)) + 1e-8);
      values[index] = value - rate * (change + (kind === 'adamw' ? decay : 0));
    });
  }
  return values;
}
