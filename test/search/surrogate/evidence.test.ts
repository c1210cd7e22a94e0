import { createRandom } from '../../../common/random';
import { negativeLogPosterior } from '../../../search/surrogate/evidence';

const random = createRandom(1);
const count = 9;
const inputs = Array.from({ length: count }, () => ({
  choices: Uint16Array.from({ length: 3 }, () => random.below(3)),
  features: Float64Array.from({ length: 4 }, () => random.normal()),
}));
const observations = {
  inputs,
  values: Float64Array.from({ length: count }, () => random.normal()),
  noise: new Float64Array(count).fill(0.01),
  stepShares: Float64Array.from({ length: count }, () => random.next()),
  devices: Array.from({ length: count }, (_, index) => `phone-${index % 2}`),
  deviceVariance: 0.02,
};

describe('the evidence', () => {
  it('has the gradient that differences show', () => {
    const point = Float64Array.from({ length: 6 + 3 + 4 }, () => random.normal() - 1);
    const { gradient } = negativeLogPosterior(observations, point);
    const step = 1e-5;
    point.forEach((value, index) => {
      const at = (moved: number): number =>
        negativeLogPosterior(observations, point.with(index, moved)).value;
      expect(gradient[index]).toBeCloseTo((at(value + step) - at(value - step)) / (2 * step), 4);
    });
  });

  it.each([1e3, 1e6, -1e6, NaN])(
    'is none at all where a line search has strayed to logarithms of %d',
    (logarithm) => {
      const point = new Float64Array(6 + 3 + 4).fill(logarithm);
      expect(negativeLogPosterior(observations, point).value).toBe(Infinity);
    },
  );
});
