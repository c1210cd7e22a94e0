/** What the surrogate sees of a network: its choices, and its features, each with mean 0 and variance 1 over the space. */
export interface Encoded {
  readonly choices: Uint16Array;
  readonly features: Float64Array;
}

/**
 * The covariance of what the trend leaves of two networks' log-latencies: a linear trend in the features and one in
 * the choices, a part by what their choices share, and a part by how near their features are (Matérn 5/2), each with weights of its own.
 */
export interface Kernel {
  readonly trend: number;
  readonly additive: number;
  readonly choice: number;
  readonly feature: number;
  /** Variance that nothing explains; it is the network's own, so measuring again would find it again. */
  readonly nugget: number;
  /** The same at the typical latency, for what is constant in milliseconds rather than by ratio: clocks that count whole ones cause it. */
  readonly step: number;
  /** Added to the distance where a position differs. */
  readonly choiceWeights: Float64Array;
  /** 1 / length² of each feature. */
  readonly featureWeights: Float64Array;
}

/** Of a constant: the trend may be off as a whole. */
export const constantVariance = 0.3 ** 2;

interface Comparison {
  /** Positions with the same choice. */
  readonly shared: number;
  /** Of the others the weights. */
  readonly distance: number;
  /** Of the features. */
  readonly product: number;
  /** Distance of the features in their lengths. */
  readonly squared: number;
}

export function comparison(
  { choiceWeights, featureWeights }: Kernel,
  a: Encoded,
  b: Encoded,
): Comparison {
  let distance = 0;
  let shared = 0;
  for (let index = 0; index < choiceWeights.length; index += 1) {
    if (a.choices[index] === b.choices[index]) shared += 1;
    else distance += choiceWeights[index] as number;
  }
  let product = 0;
  let squared = 0;
  for (let index = 0; index < featureWeights.length; index += 1) {
    const left = a.features[index] as number;
    const right = b.features[index] as number;
    product += left * right;
    squared += (left - right) * (left - right) * (featureWeights[index] as number);
  }
  return { shared, distance, product, squared };
}

/** Without the nugget, which only a network and itself share. */
export function covariance(kernel: Kernel, a: Encoded, b: Encoded): number {
  const { shared, distance, product, squared } = comparison(kernel, a, b);
  let sum = constantVariance;
  if (a.choices.length > 0)
    sum += (kernel.additive * shared) / a.choices.length + kernel.choice * Math.exp(-distance);
  if (a.features.length > 0)
    sum += (kernel.trend * product) / a.features.length + kernel.feature * matern(squared);
  return sum;
}

/** Matérn 5/2 of a squared distance in lengths. */
function matern(squared: number): number {
  const root = Math.sqrt(5 * squared);
  return (1 + root + (root * root) / 3) * Math.exp(-root);
}
