import { factorise, inverseOf, logDeterminant, solveLower, solveUpper } from './cholesky';
import { comparison, constantVariance, type Encoded, type Kernel } from './kernel';
import { minimise, type Evaluated } from './lbfgs';

/** Measurements as the Gaussian process takes them. */
export interface Observations {
  readonly inputs: readonly Encoded[];
  /** Log-latencies less their trend. */
  readonly values: Float64Array;
  /** What is known of each value's variance. */
  readonly noise: Float64Array;
  /** Which device measured each value; undefined where that is not known. */
  readonly devices: readonly (string | undefined)[];
  /** What values of one device share. */
  readonly deviceVariance: number;
  /** For each value how much of the step's variance it has: (typical latency / its latency)². */
  readonly stepShares: Float64Array;
}

/** What two values have in common because one device measured both. */
export function sharedDevice(
  { devices, deviceVariance }: Observations,
  a: number,
  b: number,
): number {
  return deviceVariance > 0 && devices[a] !== undefined && devices[a] === devices[b]
    ? deviceVariance
    : 0;
}

/** Normal priors of the variances' logarithms: what an additive model of latencies usually leaves unexplained. The data move them soon. */
const priors = {
  trend: { mean: Math.log(0.15 ** 2), deviation: 1 },
  additive: { mean: Math.log(0.1 ** 2), deviation: 1 },
  choice: { mean: Math.log(0.07 ** 2), deviation: 1 },
  feature: { mean: Math.log(0.15 ** 2), deviation: 1 },
  nugget: { mean: Math.log(0.03 ** 2), deviation: 1.5 },
  step: { mean: Math.log(0.01 ** 2), deviation: 1.5 },
} as const;
const parts = ['trend', 'additive', 'choice', 'feature', 'nugget', 'step'] as const;
const weightDeviation = 0.7;
const largestSteps = 25;
/** Logarithms beyond it would overflow, or mean nothing. */
const largestLogarithm = 12;

/** The kernel of greatest posterior density that is found from the priors' means. */
export function fitKernel(observations: Observations): Kernel {
  const point = minimise(
    (at) => negativeLogPosterior(observations, at),
    priorMeans(observations),
    largestSteps,
  );
  return kernelOf(point, observations.inputs[0]?.choices.length ?? 0);
}

function kernelOf(point: Float64Array, choiceCount: number): Kernel {
  const values = point.map(Math.exp);
  const [trend = 0, additive = 0, choice = 0, feature = 0, nugget = 0, step = 0] = values;
  return {
    trend,
    additive,
    choice,
    feature,
    nugget,
    step,
    choiceWeights: values.slice(parts.length, parts.length + choiceCount),
    featureWeights: values.slice(parts.length + choiceCount),
  };
}

function priorMeans({ inputs }: Observations): Float64Array {
  const { choices = new Uint16Array(), features = new Float64Array() } = inputs[0] ?? {};
  return Float64Array.of(
    ...parts.map((part) => priors[part].mean),
    ...Array.from(choices, () => Math.log(1.5 / choices.length)),
    // Lengths grow with the root of the number of features, or else all would be far from all: https://arxiv.org/abs/2402.02229
    ...Array.from(features, () => -Math.log(features.length) - 2 * 0.3),
  );
}

/** Infinite where the parameters mean nothing: a line search that strays so far turns back. */
export function negativeLogPosterior(observations: Observations, point: Float64Array): Evaluated {
  if (point.some((coordinate) => !(Math.abs(coordinate) <= largestLogarithm)))
    return { value: Infinity, gradient: new Float64Array(point.length) };
  const likelihood = negativeLogLikelihood(observations, point);
  const means = priorMeans(observations);
  let { value } = likelihood;
  const { gradient } = likelihood;
  for (let index = 0; index < point.length; index += 1) {
    const part = parts[index];
    const deviation = part === undefined ? weightDeviation : priors[part].deviation;
    const distance = ((point[index] ?? 0) - (means[index] ?? 0)) / deviation;
    value += (distance * distance) / 2;
    gradient[index] = (gradient[index] ?? 0) + distance / deviation;
  }
  return { value, gradient };
}

/** The parts of the covariances of all pairs, each in its own array; of symmetric matrices the lower halves. */
interface Covariances {
  readonly total: Float64Array;
  readonly trend: Float64Array;
  readonly additive: Float64Array;
  readonly choice: Float64Array;
  readonly feature: Float64Array;
  /** What the logarithm of a feature's weight moves, for each unit of its share of the squared distance. */
  readonly featureSlope: Float64Array;
}

function covariancesOf(observations: Observations, kernel: Kernel): Covariances {
  const { inputs, noise, stepShares } = observations;
  const size = inputs.length;
  const empty = (): Float64Array => new Float64Array(size * size);
  const found: Covariances = {
    total: empty(),
    trend: empty(),
    additive: empty(),
    choice: empty(),
    feature: empty(),
    featureSlope: empty(),
  };
  inputs.forEach((a, row) => {
    for (let column = 0; column <= row; column += 1) {
      const place = row * size + column;
      setCovariance(found, place, kernel, [a, inputs[column] as Encoded]);
      found.total[place] = (found.total[place] as number) + sharedDevice(observations, row, column);
    }
    const place = row * size + row;
    found.total[place] =
      (found.total[place] as number) +
      kernel.nugget +
      kernel.step * (stepShares[row] ?? 0) +
      (noise[row] ?? 0);
  });
  return found;
}

function setCovariance(
  found: Covariances,
  place: number,
  kernel: Kernel,
  [a, b]: readonly [Encoded, Encoded],
): void {
  const { shared, distance, product, squared } = comparison(kernel, a, b);
  const root = Math.sqrt(5 * squared);
  const decay = Math.exp(-root);
  const choiceCount = a.choices.length;
  const featureCount = a.features.length;
  if (choiceCount > 0) {
    found.choice[place] = kernel.choice * Math.exp(-distance);
    found.additive[place] = (kernel.additive * shared) / choiceCount;
  }
  if (featureCount > 0) {
    found.feature[place] = kernel.feature * (1 + root + (root * root) / 3) * decay;
    found.featureSlope[place] = kernel.feature * (5 / 6) * (1 + root) * decay;
    found.trend[place] = (kernel.trend * product) / featureCount;
  }
  found.total[place] =
    constantVariance +
    (found.additive[place] as number) +
    (found.trend[place] as number) +
    (found.choice[place] as number) +
    (found.feature[place] as number);
}

function negativeLogLikelihood(observations: Observations, point: Float64Array): Evaluated {
  const { inputs, values } = observations;
  const kernel = kernelOf(point, inputs[0]?.choices.length ?? 0);
  const covariances = covariancesOf(observations, kernel);
  const factor = factorise(covariances.total, inputs.length);
  const weights = values.slice();
  solveLower(factor, weights);
  const value =
    0.5 * (weights.reduce((sum, each) => sum + each * each, 0) + logDeterminant(factor));
  solveUpper(factor, weights);
  // Half of (inverse - weights weightsᵀ), of which the trace with each derivative is the gradient.
  const pulls = inverseOf(factor).map(
    (entry, place) =>
      0.5 *
      (entry -
        (weights[Math.floor(place / inputs.length)] as number) *
          (weights[place % inputs.length] as number)),
  );
  return { value, gradient: gradientOf(observations, kernel, covariances, pulls) };
}

function gradientOf(
  { inputs, stepShares }: Observations,
  kernel: Kernel,
  covariances: Covariances,
  pulls: Float64Array,
): Float64Array {
  const size = inputs.length;
  const choiceCount = kernel.choiceWeights.length;
  const gradient = new Float64Array(parts.length + choiceCount + kernel.featureWeights.length);
  const choiceGradient = gradient.subarray(parts.length, parts.length + choiceCount);
  const featureGradient = gradient.subarray(parts.length + choiceCount);
  const add = (index: number, value: number): void => {
    gradient[index] = (gradient[index] as number) + value;
  };
  inputs.forEach((a, row) => {
    for (let column = 0; column <= row; column += 1) {
      const b = inputs[column] as Encoded;
      const place = row * size + column;
      const pull = (row === column ? 1 : 2) * (pulls[place] as number);
      const byChoice = pull * (covariances.choice[place] as number);
      add(0, pull * (covariances.trend[place] as number));
      add(1, pull * (covariances.additive[place] as number));
      add(2, byChoice);
      add(3, pull * (covariances.feature[place] as number));
      for (let index = 0; index < choiceCount; index += 1) {
        if (a.choices[index] !== b.choices[index])
          choiceGradient[index] =
            (choiceGradient[index] as number) - byChoice * (kernel.choiceWeights[index] as number);
      }
      const byFeature = pull * (covariances.featureSlope[place] as number);
      for (let index = 0; index < featureGradient.length; index += 1) {
        const gap = (a.features[index] as number) - (b.features[index] as number);
        featureGradient[index] =
          (featureGradient[index] as number) -
          byFeature * gap * gap * (kernel.featureWeights[index] as number);
      }
    }
    const own = pulls[row * size + row] as number;
    add(4, own * kernel.nugget);
    add(5, own * kernel.step * (stepShares[row] ?? 0));
  });
  return gradient;
}
