import type {
  BatchValues,
  LossTarget,
  NamedValues,
  OptimizerSettings,
  TrainingEngine,
} from '../../../../predictor/engine/engine';
import { randomValues, testEngine } from './network_lab';
import { part, tinyParts } from './tiny_network';

const dense = part(
  'dense',
  [1, 3],
  [{ kind: 'dense', name: 'logits', input: 'input', channels: 2, gain: 1 }],
);
const weights: NamedValues = new Map([
  ['logits.weight', { data: Float32Array.of(0.3, -1.2, 0.7, 20, 3, -9), shape: [2, 3] }],
  ['logits.bias', { data: Float32Array.of(0.1, -0.2), shape: [2] }],
]);
const input = randomValues([4, 3], 'input', 2);
const target: Extract<LossTarget, { kind: 'features' }> = {
  kind: 'features',
  features: randomValues([4, 2], 'features'),
  variance: Float32Array.of(1, 1),
};
const settings: OptimizerSettings = {
  kind: 'sgd',
  weightDecay: 0,
  clipNorm: null,
  trainedParts: ['dense'],
  quantizationAware: true,
};

describe('training for 8 bits', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  it('computes with what int8 makes of weights and features', () => {
    const network = engine.createNetwork([{ ...dense, weights }]);
    const training = network.train(settings);
    const loss = training.step(input, target, 0);
    training.close();
    network.close();
    expect(loss).toBeCloseTo(errorOf(output(inSteps(input), byRow(weights))), 3);
    expect(loss).not.toBeCloseTo(errorOf(output(input, rows(weights))), 3);
  });

  it('passes the slope as if nothing had been rounded', () => {
    const network = engine.createNetwork([{ ...dense, weights }]);
    const training = network.train(settings);
    training.step(input, target, 1e-3);
    const after = network.weightsOf('dense').get('logits.weight')!.data;
    training.close();
    network.close();
    const features = inSteps(input);
    const errors = output(features, byRow(weights)).map(
      (value, index) => (value - target.features.data[index]!) / 4,
    );
    [0, 1].forEach((row) => {
      [0, 1, 2].forEach((column) => {
        const slope = [0, 1, 2, 3].reduce(
          (sum, sample) => sum + errors[sample * 2 + row]! * features.data[sample * 3 + column]!,
          0,
        );
        const moved = weights.get('logits.weight')!.data[row * 3 + column]! - 1e-3 * slope;
        expect(after[row * 3 + column]).toBeCloseTo(moved, 4);
      });
    });
  });

  it('follows the ranges of features slowly, and keeps them with its state', () => {
    const network = engine.createNetwork([{ ...dense, weights }]);
    const training = network.train(settings);
    training.step({ data: Float32Array.of(-1, 0, 3), shape: [1, 3] }, single, 0);
    training.step({ data: Float32Array.of(1, 2, 13), shape: [1, 3] }, single, 0);
    const ranges = training.state().get('range/dense/logits');
    expect([...(ranges?.data ?? [])].map((value) => Number(value.toFixed(4)))).toEqual([
      -0.98, 3.1,
    ]);
    const resumed = engine.createNetwork([{ ...dense, weights }]);
    const again = resumed.train(settings);
    again.restore(training.state());
    expect(again.state()).toEqual(training.state());
    expect(again.step(input, target, 0)).toBe(training.step(input, target, 0));
    for (const each of [training, again]) each.close();
    for (const each of [network, resumed]) each.close();
  });

  it('answers with no number where features are none', () => {
    const network = engine.createNetwork([{ ...dense, weights }]);
    const training = network.train(settings);
    const broken = { data: new Float32Array(12).fill(Number.NaN), shape: [4, 3] };
    expect(training.step(broken, target, 0.1)).toBeNaN();
    training.close();
    network.close();
  });

  it('learns through convolutions and their normalizations, and leaves no tensors behind', () => {
    const before = engine.memory().tensors;
    const network = engine.createNetwork(tinyParts);
    const training = network.train({ ...settings, kind: 'adam', trainedParts: ['body', 'head'] });
    const images = randomValues([6, 4, 4, 2], 'images');
    const labels: LossTarget = {
      kind: 'labels',
      labels: Int32Array.of(0, 1, 2, 0, 1, 2),
      teacherLogits: undefined,
      distillationShare: 0,
      temperature: 1,
    };
    const losses = Array.from({ length: 150 }, () => training.step(images, labels, 0.05));
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
    training.close();
    network.close();
    expect(engine.memory().tensors).toBe(before);
  });
});

const single: LossTarget = {
  kind: 'features',
  features: { data: Float32Array.of(0, 0), shape: [1, 2] },
  variance: Float32Array.of(1, 1),
};

/** In 255 steps from least to greatest, of which one is 0. */
function inSteps({ data, shape }: BatchValues): BatchValues {
  const [min, max] = [Math.min(0, ...data), Math.max(0, ...data)];
  const scale = (max - min) / 255;
  const zero = Math.round(-min / scale);
  return {
    shape,
    data: data.map(
      (value) => (Math.min(255, Math.max(0, Math.round(value / scale) + zero)) - zero) * scale,
    ),
  };
}

function rows(named: NamedValues): readonly (readonly number[])[] {
  const { data } = named.get('logits.weight')!;
  return [[...data.slice(0, 3)], [...data.slice(3)]];
}

/** Each row in 127 steps to either side. */
function byRow(named: NamedValues): readonly (readonly number[])[] {
  return rows(named).map((row) => {
    const scale = Math.max(...row.map(Math.abs)) / 127;
    return row.map((value) => Math.round(value / scale) * scale);
  });
}

function output({ data }: BatchValues, matrix: readonly (readonly number[])[]): number[] {
  const bias = weights.get('logits.bias')!.data;
  return [0, 1, 2, 3].flatMap((sample) =>
    matrix.map((row, index) =>
      row.reduce((sum, value, column) => sum + value * data[sample * 3 + column]!, bias[index]!),
    ),
  );
}

function errorOf(outputs: readonly number[]): number {
  const errors = outputs.map((value, index) => (value - target.features.data[index]!) ** 2);
  return errors.reduce((sum, value) => sum + value / errors.length, 0);
}
