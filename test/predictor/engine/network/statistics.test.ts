import { createRandom } from '../../../../common/random';
import type {
  TrainingEngine,
  LossTarget,
  NamedValues,
  NetworkPart,
  OptimizerSettings,
  BatchValues,
} from '../../../../predictor/engine/engine';
import { testEngine } from './network_lab';

const channels = 2;
const identity = { shape: [2, 2, 1, 1], data: Float32Array.of(1, 0, 0, 1) };

describe('running statistics', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  it('are estimated anew as the means over batches of each batch’s mean and variance', () => {
    const network = engine.createNetwork([normalizing('norm')]);
    const batches = [images('a', 3, 1), images('b', -1, 2), images('c', 0, 5)];
    network.reestimateStatistics(batches);
    const found = network.weightsOf('norm');
    network.close();
    const all = batches.map(statisticsOf);
    for (const role of ['mean', 'variance'] as const)
      for (let channel = 0; channel < channels; channel += 1)
        expect(found.get(`bn.${role}`)?.data[channel]).toBeCloseTo(
          all.reduce((sum, each) => sum + each[role][channel]!, 0) / all.length,
          4,
        );
    expect(found.get('conv.weight')?.data).toEqual(identity.data);
  });

  it('are estimated of what the network makes of the data, behind a normalization too', () => {
    const network = engine.createNetwork([normalizing('first'), normalizing('second')]);
    network.reestimateStatistics([images('a', 3, 2)]);
    const second = network.weightsOf('second');
    network.close();
    for (let channel = 0; channel < channels; channel += 1) {
      expect(second.get('bn.mean')?.data[channel]).toBeCloseTo(0, 4);
      expect(second.get('bn.variance')?.data[channel]).toBeCloseTo(1, 2);
    }
  });

  it('make inference center and scale the data on which they were estimated', () => {
    const network = engine.createNetwork([normalizing('norm')]);
    const batch = images('a', 7, 3);
    network.reestimateStatistics([batch]);
    const { mean, variance } = statisticsOf(network.infer(batch));
    network.close();
    for (let channel = 0; channel < channels; channel += 1) {
      expect(mean[channel]).toBeCloseTo(0, 4);
      expect(variance[channel]).toBeCloseTo(1, 2);
    }
  });

  it('stay when there is nothing to estimate them on', () => {
    const network = engine.createNetwork([normalizing('norm')]);
    const before = network.weightsOf('norm');
    network.reestimateStatistics([]);
    expect(network.weightsOf('norm')).toEqual(before);
    network.close();
  });

  it('move by a tenth toward each batch in training, whatever the learning rate', () => {
    const network = engine.createNetwork([normalizing('norm')]);
    const training = network.train(settings('norm'));
    const batch = images('a', 4, 2);
    training.step(batch, targetLike(batch), 0);
    const after = network.weightsOf('norm');
    training.close();
    network.close();
    const { mean, variance } = statisticsOf(batch);
    for (let channel = 0; channel < channels; channel += 1) {
      expect(after.get('bn.mean')?.data[channel]).toBeCloseTo(0.1 * mean[channel]!, 4);
      expect(after.get('bn.variance')?.data[channel]).toBeCloseTo(
        0.9 + 0.1 * variance[channel]!,
        3,
      );
    }
  });

  it('are what a frozen part normalizes by while another trains: the loss before a step is that of inference', () => {
    const network = engine.createNetwork([normalizing('frozen'), colored('trained')]);
    const batch = images('a', 4, 2);
    const target = targetLike(batch);
    const expected = squaredError(network.infer(batch), target);
    const training = network.train(settings('trained'));
    expect(training.step(batch, target, 0)).toBeCloseTo(expected, 3);
    training.close();
    network.close();
  });

  it('leave no tensors behind, however often they are estimated', () => {
    const before = engine.memory().tensors;
    const network = engine.createNetwork([normalizing('norm')]);
    const held = engine.memory().tensors;
    for (let time = 0; time < 5; time += 1)
      network.reestimateStatistics([images('a', 1, 1), images('b', 1, 1)]);
    expect(engine.memory().tensors).toBe(held);
    network.close();
    expect(engine.memory().tensors).toBe(before);
  });

  it('cannot be told from those of an undisturbed training when it goes on in another process', () => {
    const batches = ['a', 'b', 'c', 'd'].map((seed) => images(seed, 1, 2));
    const target = targetLike(images('target', 0, 1));
    const whole = engine.createNetwork([normalizing('norm')]);
    const undisturbed = whole.train(settings('norm'));
    for (const batch of batches) undisturbed.step(batch, target, 0.1);
    const first = engine.createNetwork([normalizing('norm')]);
    const half = first.train(settings('norm'));
    for (const batch of batches.slice(0, 2)) half.step(batch, target, 0.1);
    const [state, weights] = [half.state(), first.weightsOf('norm')];
    const second = engine.createNetwork([normalizing('norm', weights)]);
    const rest = second.train(settings('norm'));
    rest.restore(state);
    for (const batch of batches.slice(2)) rest.step(batch, target, 0.1);
    expect(second.weightsOf('norm')).toEqual(whole.weightsOf('norm'));
    for (const one of [undisturbed, half, rest, whole, first, second]) one.close();
  });

  it('of a normalization do not decay, nor do its scale and shift: the convolution does', () => {
    const network = engine.createNetwork([normalizing('norm')]);
    const training = network.train({ ...settings('norm'), weightDecay: 0.5 });
    const batch = images('a', 0, 1);
    // Nothing but decay moves a weight where errors count for nothing.
    training.step(batch, targetLike(batch, 1e20), 0.1);
    const after = network.weightsOf('norm');
    training.close();
    network.close();
    expect(rounded(after.get('conv.weight'))).toEqual([0.95, 0, 0, 0.95]);
    expect(rounded(after.get('bn.scale'))).toEqual([1, 1]);
    expect(rounded(after.get('bn.shift'))).toEqual([0, 0]);
  });
});

/** A convolution that changes nothing, and the normalization of what it makes. */
function normalizing(name: string, weights: NamedValues = neutral()): NetworkPart {
  const conv = { kernel: 1, stride: 1, padding: 0, groups: 1, gain: 1, channels };
  return {
    kind: 'layers',
    name,
    layers: [
      { kind: 'conv', name: 'conv', input: 'input', bias: false, ...conv },
      { kind: 'batchNorm', name: 'bn', input: 'conv', gain: 1 },
    ],
    output: 'bn',
    inputShape: [1, channels, 4, 3],
    weights,
    seed: 1,
  };
}

function neutral(): NamedValues {
  const both = (value: number): BatchValues => ({
    shape: [channels],
    data: Float32Array.of(value, value),
  });
  return new Map([
    ['conv.weight', identity],
    ['bn.scale', both(1)],
    ['bn.shift', both(0)],
    ['bn.mean', both(0)],
    ['bn.variance', both(1)],
  ]);
}

function colored(name: string): NetworkPart {
  const conv = { kernel: 1, stride: 1, padding: 0, groups: 1, gain: 1, channels };
  return {
    kind: 'layers',
    name,
    layers: [{ kind: 'conv', name: 'conv', input: 'input', bias: true, ...conv }],
    output: 'conv',
    inputShape: [1, channels, 4, 3],
    weights: undefined,
    seed: 1,
  };
}

function settings(part: string): OptimizerSettings {
  return {
    kind: 'sgd',
    weightDecay: 0,
    clipNorm: null,
    trainedParts: [part],
    quantizationAware: false,
  };
}

/** Eight images; the second channel is half as wide as the first. */
function images(seed: string, center: number, deviation: number): BatchValues {
  const random = createRandom(seed);
  const data = Float32Array.from(
    { length: 8 * 4 * 3 * channels },
    (_, index) => center + (deviation / (1 + (index % channels))) * random.normal(),
  );
  return { data, shape: [8, 4, 3, channels] };
}

function targetLike(
  { shape }: BatchValues,
  variance = 1,
): Extract<LossTarget, { kind: 'features' }> {
  return {
    kind: 'features',
    features: { shape, data: images('wanted', 0, 1).data },
    variance: Float32Array.of(variance, variance),
  };
}

function squaredError(
  { data }: BatchValues,
  { features }: { readonly features: BatchValues },
): number {
  return (
    data.reduce((sum, value, index) => sum + (value - features.data[index]!) ** 2, 0) / data.length
  );
}

function statisticsOf({ data }: BatchValues): {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
} {
  const each = [0, 1].map((channel) => [...data].filter((_, i) => i % channels === channel));
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = each.map(average);
  return {
    mean,
    variance: each.map((values, channel) =>
      average(values.map((value) => (value - mean[channel]!) ** 2)),
    ),
  };
}

function rounded(values: BatchValues | undefined): readonly number[] {
  return [...(values?.data ?? [])].map((value) => Math.round(value * 1e5) / 1e5 + 0);
}
