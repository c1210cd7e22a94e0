import fc from 'fast-check';
import type { TrainingEngine, LossTarget } from '../../../../predictor/engine/engine';
import { denseNetwork, denseOutput, outputs, rows, settings } from './dense_lab';
import { testEngine } from './network_lab';

const runs = 30;
const number = fc.double({ min: -2, max: 2, noNaN: true });
const weights = fc.array(number, { minLength: 8, maxLength: 8 });
const images = fc.array(number, { minLength: 12, maxLength: 12 });
const answers = fc.array(number, { minLength: 8, maxLength: 8 });
const labels = fc.array(fc.constantFrom(0, 1), { minLength: 4, maxLength: 4 });

describe('the loss before a step', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  const lossOf = (
    network: readonly number[],
    data: readonly number[],
    target: LossTarget,
  ): number => {
    const trainee = denseNetwork(engine, network);
    const training = trainee.train(settings());
    const loss = training.step(rows(3, data), target, 0.1);
    training.close();
    trainee.close();
    return loss;
  };

  it('against features is the mean over channels of squared error over variance', () => {
    fc.assert(
      fc.property(
        weights,
        images,
        answers,
        fc.array(fc.double({ min: 0.1, max: 4, noNaN: true }), { minLength: 2, maxLength: 2 }),
        (network, data, features, variance) => {
          const output = denseOutput(network, data);
          const expected = mean(
            output.map(
              (value, index) => (value - features[index]!) ** 2 / variance[index % outputs]!,
            ),
          );
          const target: LossTarget = {
            kind: 'features',
            features: rows(outputs, features),
            variance: Float32Array.from(variance),
          };
          expectClose(lossOf(network, data, target), expected);
        },
      ),
      { numRuns: runs },
    );
  });

  it('against a channel that never varies is finite', () => {
    const target: LossTarget = {
      kind: 'features',
      features: rows(outputs, [1, 0]),
      variance: Float32Array.of(1, 0),
    };
    expect(lossOf([0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1], target)).toBe(0);
    expect(Number.isFinite(lossOf([0, 0, 0, 0, 0, 0, 1, 0.1], [1, 1, 1], target))).toBe(true);
  });

  it('against labels is cross-entropy, and without a teacher its share is nothing', () => {
    fc.assert(
      fc.property(weights, images, labels, (network, data, classes) => {
        const logits = pairsOf(denseOutput(network, data));
        const expected = mean(
          classes.map((label, index) => -Math.log(softmax(logits[index]!, 1)[label]!)),
        );
        const target: LossTarget = {
          kind: 'labels',
          labels: Int32Array.from(classes),
          teacherLogits: undefined,
          distillationShare: 0.7,
          temperature: 3,
        };
        expectClose(lossOf(network, data, target), expected);
      }),
      { numRuns: runs },
    );
  });

  it('does not count negative labels, and is 0 where there are no others', () => {
    fc.assert(
      fc.property(
        weights,
        images,
        fc.array(fc.constantFrom(-1, 0, 1), { minLength: 4, maxLength: 4 }),
        (network, data, classes) => {
          const logits = pairsOf(denseOutput(network, data));
          const told = classes.flatMap((label, index) =>
            label < 0 ? [] : [-Math.log(softmax(logits[index]!, 1)[label]!)],
          );
          const target: LossTarget = {
            kind: 'labels',
            labels: Int32Array.from(classes),
            teacherLogits: undefined,
            distillationShare: 0,
            temperature: 1,
          };
          expectClose(lossOf(network, data, target), told.length === 0 ? 0 : mean(told));
        },
      ),
      { numRuns: runs },
    );
  });

  it('mixes in the divergence from the softened teacher, times the square of its temperature', () => {
    fc.assert(
      fc.property(
        weights,
        images,
        answers,
        fc.record({
          classes: labels,
          share: fc.constantFrom(0, 0.3, 1),
          temperature: fc.constantFrom(1, 4),
        }),
        (network, data, teacher, { classes, share, temperature }) => {
          const logits = pairsOf(denseOutput(network, data));
          const hard = mean(
            classes.map((label, index) => -Math.log(softmax(logits[index]!, 1)[label]!)),
          );
          const soft = mean(
            pairsOf(teacher).map((wanted, index) =>
              divergence(softmax(wanted, temperature), softmax(logits[index]!, temperature)),
            ),
          );
          const target: LossTarget = {
            kind: 'labels',
            labels: Int32Array.from(classes),
            teacherLogits: rows(outputs, teacher),
            distillationShare: share,
            temperature,
          };
          expectClose(
            lossOf(network, data, target),
            share * temperature ** 2 * soft + (1 - share) * hard,
          );
        },
      ),
      { numRuns: runs },
    );
  });
});

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pairsOf(values: readonly number[]): number[][] {
  return Array.from({ length: values.length / outputs }, (_, row) =>
    values.slice(row * outputs, (row + 1) * outputs),
  );
}

function softmax(logits: readonly number[], temperature: number): number[] {
  const raised = logits.map((logit) => Math.exp(logit / temperature));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

function divergence(wanted: readonly number[], given: readonly number[]): number {
  return wanted.reduce((sum, share, index) => sum + share * Math.log(share / given[index]!), 0);
}
