import { ownValue } from '../../../common/own_value';
import { createRandom } from '../../../common/random';
import {
  fitPredictor,
  refitPredictor,
  type FittingData,
} from '../../../search/prediction/fit_predictor';
import { predictAccuracy } from '../../../search/prediction/predict_accuracy';
import { spreadSample } from '../../../search/prediction/spread_sample';
import { aReference } from '../../training_samples';

const random = createRandom('world');
const spec = {
  kind: 'transformer',
  tokenWidth: 1,
  embedding: 1,
  depth: 1,
  heads: 1,
  mlpRatio: 1,
} as const;
const blocks = Array.from({ length: 4 }, (_, block) =>
  Object.fromEntries(
    Array.from({ length: 12 }, (_unused, option) => [
      `o${option}`,
      {
        nsr: 0.05 + 0.4 * random.next(),
        quantizedNsr: 0.5,
        macs: 1e6 * (1 + option + block),
        parameters: 100,
        weights: 'a'.repeat(64),
        spec,
      },
    ]),
  ),
);
const textsOf = (architecture: string): readonly string[] => architecture.split('+');

/** A law with noise: accuracy falls with the noise of blocks, and grows with work. */
function accuracyOf(architecture: string, noise: number, draw: () => number): number {
  const options = textsOf(architecture).map((text, block) => ownValue(blocks[block] ?? {}, text));
  const macs = options.reduce((sum, option) => sum + (option?.macs ?? 0), 0);
  const loss = options.reduce(
    (sum, option, block) => sum + Math.log(option?.nsr ?? 1) * (block + 1),
    0,
  );
  return 60 - 1.5 * loss + 4 * Math.log(macs / 1e7) + noise * draw();
}

function dataWith(noise: number): FittingData {
  const draw = createRandom(`noise ${noise}`);
  const sampled = spreadSample([12, 12, 12, 12], 60, createRandom(1)).map((places) =>
    places.map((place) => `o${place}`).join('+'),
  );
  const measured = sampled.map((architecture) => ({
    architecture,
    accuracyPercent: accuracyOf(architecture, noise, () => draw.normal()),
  }));
  return {
    reference: aReference,
    referenceDigest: 'b'.repeat(64),
    space: 'made',
    blocks,
    sharedMacs: 0,
    version: 1,
    training: measured.slice(0, 25),
    heldOut: measured.slice(25),
    retests: measured
      .slice(0, 10)
      .map(({ architecture, accuracyPercent }) => [
        accuracyPercent,
        accuracyOf(architecture, noise, () => draw.normal()),
      ]),
    textsOf,
  };
}

describe('a predictor', () => {
  test('orders networks that it was not fitted to, better than either baseline', () => {
    const document = fitPredictor(dataWith(0.3));
    expect(document.heldOut.kendallTau).toBeGreaterThan(0.85);
    expect(document.heldOut.kendallTau).toBeGreaterThan(document.baselines.macsTau);
    expect(document.heldOut.kendallTau).toBeGreaterThan(document.baselines.sumOfNsrTau);
    expect(document.family).toMatch(/^log-nsr-macs/);
    expect(document.ceilingTau).toBeGreaterThan(0.8);
  });

  test('says so where there is nothing to be known', () => {
    const document = fitPredictor(dataWith(60));
    expect(document.heldOut.kendallTau).toBeLessThan(0.6);
    expect(document.ceilingTau).toBeLessThan(0.6);
  });

  test('means with its deviation what it says', () => {
    const data = dataWith(1);
    const document = fitPredictor(data);
    const within = data.heldOut.filter(({ architecture, accuracyPercent }) => {
      const { percent, standardDeviationPercent } = predictAccuracy(
        document,
        textsOf(architecture),
      );
      return Math.abs(percent - accuracyPercent) < 2 * standardDeviationPercent;
    });
    expect(within.length / data.heldOut.length).toBeGreaterThan(0.85);
  });

  test('has no opinion of an option that was not trained', () => {
    const document = fitPredictor(dataWith(1));
    expect(() => predictAccuracy(document, ['o1', 'o2', 'stranger', 'o4'])).toThrow(
      /no option stranger of block 3; train it/,
    );
  });

  test('learns from networks that were measured since', () => {
    const data = dataWith(0.3);
    const before = fitPredictor({ ...data, training: data.training.slice(0, 8) });
    const after = refitPredictor(before, data.training.slice(8), textsOf);
    expect(after.version).toBe(2);
    expect(after.training).toHaveLength(25);
    expect(after.model.residualDeviation).toBeLessThan(before.model.residualDeviation);
  });

  test('is no surer of itself when fitted anew to nothing new', () => {
    const document = fitPredictor(dataWith(3));
    // Held-out networks showed a larger error than leaving one out.
    const doubtful = {
      ...document,
      model: { ...document.model, residualDeviation: 2 * document.model.residualDeviation },
    };
    for (const each of [document, doubtful])
      expect(refitPredictor(each, [], textsOf).model.residualDeviation).toBeCloseTo(
        each.model.residualDeviation,
        9,
      );
  });
});

test('a spread sample takes every option about equally often', () => {
  const sample = spreadSample([3, 3, 3, 3], 27, createRandom(5));
  expect(new Set(sample.map((places) => places.join())).size).toBe(27);
  for (const block of [0, 1, 2, 3])
    for (const option of [0, 1, 2])
      expect(sample.filter((places) => places[block] === option).length).toBeGreaterThanOrEqual(5);
});
