/** @jest-environment ./test/model/onnxruntime_environment.ts */
import type { ConvBlockSpec } from '../../../../common/block_spec';
import { createRandom } from '../../../../common/random';
import { blockSegment } from '../../../../model/block/network_spec';
import type {
  TrainingEngine,
  LossTarget,
  NamedValues,
  OptimizerSettings,
  TrainableNetwork,
  BatchValues,
} from '../../../../predictor/engine/engine';
import { openEngine } from '../../../../predictor/engine/open_engine';
import { layersPart, unevenWeights, type BlockCase } from './block_cases';

/** A thousand take most of a minute. */
const manySteps = process.env['FARM_EXHAUSTIVE'] === '1' ? 990 : 40;

const spec: ConvBlockSpec = {
  kind: 'conv',
  inputChannels: 4,
  outputChannels: 6,
  stride: 2,
  kernel: 3,
  expansion: 2,
  depth: 2,
  width: 1,
  cell: 'depthwise',
  activation: 'swish',
  attention: 'se',
  rectifiedInput: false,
};

const block: BlockCase = {
  segment: blockSegment(spec, 0),
  inputShape: [1, 4, 8, 8],
};
const outputShape = [4, 4, 4, 6];
const input = values([4, 8, 8, 4], 'input');

const features: LossTarget = {
  kind: 'features',
  features: values(outputShape, 'features'),
  variance: Float32Array.of(1, 2, 0.5, 1, 3, 1),
};
const labels: LossTarget = {
  kind: 'labels',
  labels: Int32Array.from({ length: 64 }, (_, index) => index % 6),
  teacherLogits: values(outputShape, 'teacher'),
  distillationShare: 0.5,
  temperature: 2,
};
const adam: OptimizerSettings = {
  kind: 'adam',
  weightDecay: 0,
  clipNorm: null,
  trainedParts: ['block1'],
  quantizationAware: false,
};

describe('training', () => {
  let engine: TrainingEngine;
  let weights: NamedValues;
  const network = (from: NamedValues = weights): TrainableNetwork =>
    engine.createNetwork([layersPart(block, from)]);

  beforeAll(async () => {
    engine = await openEngine({ kind: 'auto', threads: 1 });
    weights = unevenWeights(engine, block);
  });

  /** The loss before a step. */
  const lossAt = (from: NamedValues, target: LossTarget): number => {
    const other = network(from);
    const training = other.train(adam);
    const loss = training.step(input, target, 0);
    training.close();
    other.close();
    return loss;
  };

  test.each([
    ['features', features],
    ['labels', labels],
  ])('descends along the slope of the loss of %s, by finite differences', (_, target) => {
    const rate = 1e-3;
    const trainee = network();
    const training = trainee.train({ ...adam, kind: 'sgd' });
    training.step(input, target, rate);
    const after = trainee.weightsOf('block1');
    training.close();
    trainee.close();
    for (const name of [...weights.keys()].filter((key) => !/\.(mean|variance)$/.test(key))) {
      const before = weights.get(name)!;
      const slope = before.data.map(
        (value, index) => (value - after.get(name)!.data[index]!) / rate,
      );
      // Along the gradient, the loss changes by the square of its length.
      const length = Math.hypot(...slope);
      if (length < 1e-2) continue;
      const moved = (by: number): NamedValues =>
        new Map([
          ...weights,
          [
            name,
            { ...before, data: before.data.map((value, i) => value + (by * slope[i]!) / length) },
          ],
        ]);
      const by = 1e-2;
      const difference = (lossAt(moved(by), target) - lossAt(moved(-by), target)) / (2 * by);
      if (!(Math.abs(difference - length) < 0.05 * length + 2e-3))
        throw new Error(`${name}: slope ${length}, by differences ${difference}`);
    }
  });

  it('overfits a batch', () => {
    const trainee = network();
    const training = trainee.train(adam);
    const first = training.step(input, features, 1e-2);
    let last = first;
    for (let step = 0; step < 150; step += 1) last = training.step(input, features, 1e-2);
    expect(last).toBeLessThan(first / 3);
    training.close();
    trainee.close();
  });

  it('goes on from a kept state as if it had not been interrupted', () => {
    const whole = network();
    const training = whole.train(adam);
    for (let step = 0; step < 6; step += 1) training.step(input, features, 1e-2);
    const first = network();
    const half = first.train(adam);
    for (let step = 0; step < 3; step += 1) half.step(input, features, 1e-2);
    const second = network(first.weightsOf('block1'));
    const rest = second.train(adam);
    rest.restore(half.state());
    for (let step = 0; step < 3; step += 1) rest.step(input, features, 1e-2);
    expect(second.weightsOf('block1')).toEqual(whole.weightsOf('block1'));
    for (const one of [training, half, rest, whole, first, second]) one.close();
  });

  it('holds no more after many steps than after ten, and nothing when it is closed', () => {
    const before = engine.memory().tensors;
    const trainee = network();
    const training = trainee.train(adam);
    for (let step = 0; step < 10; step += 1) training.step(input, features, 1e-3);
    const held = engine.memory();
    for (let step = 0; step < manySteps; step += 1) training.step(input, features, 1e-3);
    expect(engine.memory()).toEqual(held);
    training.close();
    trainee.close();
    expect(engine.memory().tensors).toBe(before);
  }, 60_000);

  it('changes the trained part, and of another neither weights nor statistics', () => {
    const next: BlockCase = {
      segment: blockSegment({ ...spec, inputChannels: 6, stride: 1 }, 1),
      inputShape: [1, 6, 4, 4],
    };
    const fixed = unevenWeights(engine, next);
    const trainee = engine.createNetwork([layersPart(block, weights), layersPart(next, fixed)]);
    const training = trainee.train(adam);
    training.step(input, features, 1e-2);
    training.close();
    expect(trainee.weightsOf('block2')).toEqual(fixed);
    const trained = trainee.weightsOf('block1');
    for (const [name, before] of weights) expect(trained.get(name)).not.toEqual(before);
    trainee.close();
  });
});

function values(shape: readonly number[], seed: string): BatchValues {
  const random = createRandom(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, () => random.normal()) };
}
