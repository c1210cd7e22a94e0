import { additiveLatency, fitAdditiveCosts } from './additive_cost';
import type { Candidate } from './candidate';
import { factorise, solveLower, solveUpper, type Factor } from './cholesky';
import { fitKernel, sharedDevice, type Observations } from './evidence';
import { covariance, type Encoded, type Kernel } from './kernel';

/** A latency that was measured on the target. */
export interface MeasuredLatency {
  readonly candidate: Candidate;
  readonly latencyMs: number;
  /** Standard deviation of the measurement itself, relative to it. */
  readonly relativeNoise: number;
  /** Which of the target's devices; undefined where that is not known. */
  readonly deviceSerial?: string | undefined;
}

/** The kernel is fitted to so many, spread over all: its few numbers need no more, and a fit costs their cube dozens of times. */
const mostFitted = 100;
/** Phones of one kind differ by some percent, each the same for all networks: a standard deviation of logarithms. */
const betweenDevices = 0.03;
/** Factorising more takes seconds; what is left out are older measurements, evenly. */
const mostObservations = 2_000;

/**
 * Log-latency on one target: a sum of costs of what the network is made of (`fitAdditiveCosts`), times what a Gaussian process makes of the rest.
 * Follows from the measurements and their order alone.
 */
export class LatencyModel {
  readonly kernel: Kernel;
  readonly factor: Factor;
  readonly inputs: readonly Encoded[];
  /** Observed values solved by the factor's lower half, and by both. */
  readonly halfSolved: Float64Array;
  readonly #solved: Float64Array;
  readonly #costs: Float64Array;
  readonly #noise: Float64Array;
  readonly #used: readonly MeasuredLatency[];
  readonly #deviceVariance: number;

  constructor(measured: readonly MeasuredLatency[]) {
    this.#used = thinned(measured, mostObservations);
    this.#deviceVariance =
      new Set(this.#used.map(({ deviceSerial }) => deviceSerial)).size > 1
        ? betweenDevices ** 2
        : 0;
    this.#costs = fitAdditiveCosts(
      this.#used.map(({ candidate }) => candidate.counts),
      this.#used.map(({ latencyMs }) => latencyMs),
    );
    const observations = this.#observe(this.#used);
    this.kernel = fitKernel(
      this.#used.length > mostFitted
        ? this.#observe(thinned(this.#used, mostFitted))
        : observations,
    );
    this.inputs = observations.inputs;
    this.#noise = observations.noise;
    this.factor = factorise(this.#covariances(observations), this.inputs.length);
    this.halfSolved = observations.values.slice();
    solveLower(this.factor, this.halfSolved);
    this.#solved = this.halfSolved.slice();
    solveUpper(this.factor, this.#solved);
  }

  /** Of the log-latency in milliseconds, by the additive costs alone. */
  trend(candidate: Candidate): number {
    return Math.log(additiveLatency(this.#costs, candidate.counts));
  }

  /** Mean of the log-latency in milliseconds. */
  mean(candidate: Candidate): number {
    let sum = this.trend(candidate);
    for (let index = 0; index < this.inputs.length; index += 1)
      sum +=
        covariance(this.kernel, candidate, this.inputs[index] as Encoded) *
        (this.#solved[index] as number);
    return sum;
  }

  /** How far the trend alone is off: the root of the mean square over the measurements. */
  get trendError(): number {
    const values = this.#observe(this.#used).values;
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  }

  /** How much longer a device takes than the target's devices on average, as a logarithm; 0 for one that is alone, or unknown. */
  deviceOffset(deviceSerial: string | undefined): number {
    if (deviceSerial === undefined || this.#deviceVariance === 0) return 0;
    return this.#used.reduce(
      (sum, other, index) =>
        sum +
        (other.deviceSerial === deviceSerial
          ? this.#deviceVariance * (this.#solved[index] ?? 0)
          : 0),
      0,
    );
  }

  /** What the measured latencies are once their own noise and their device's offset are taken off, in the order of measurement. */
  settled(): { readonly candidate: Candidate; readonly latencyMs: number }[] {
    const serials = new Set(this.#used.map(({ deviceSerial }) => deviceSerial));
    const offsets = new Map(Array.from(serials, (serial) => [serial, this.deviceOffset(serial)]));
    return this.#used.map(({ candidate, latencyMs, deviceSerial }, index) => ({
      candidate,
      latencyMs:
        latencyMs *
        Math.exp(
          -(this.#noise[index] ?? 0) * (this.#solved[index] ?? 0) -
            (offsets.get(deviceSerial) ?? 0),
        ),
    }));
  }

  #observe(measured: readonly MeasuredLatency[]): Observations {
    const typical = Math.exp(
      measured.reduce((sum, { latencyMs }) => sum + Math.log(latencyMs), 0) / measured.length,
    );
    return {
      inputs: measured.map(({ candidate }) => candidate),
      values: Float64Array.from(
        measured,
        ({ candidate, latencyMs }) => Math.log(latencyMs) - this.trend(candidate),
      ),
      noise: Float64Array.from(measured, ({ relativeNoise }) => relativeNoise ** 2),
      devices: measured.map(({ deviceSerial }) => deviceSerial),
      deviceVariance: this.#deviceVariance,
      stepShares: Float64Array.from(measured, ({ latencyMs }) => (typical / latencyMs) ** 2),
    };
  }

  #covariances(observations: Observations): Float64Array {
    const { inputs, noise, stepShares } = observations;
    const size = inputs.length;
    const matrix = new Float64Array(size * size);
    inputs.forEach((a, row) => {
      for (let column = 0; column <= row; column += 1)
        matrix[row * size + column] =
          covariance(this.kernel, a, inputs[column] as Encoded) +
          sharedDevice(observations, row, column);
      const place = row * size + row;
      matrix[place] =
        (matrix[place] as number) +
        this.kernel.nugget +
        this.kernel.step * (stepShares[row] ?? 0) +
        (noise[row] ?? 0);
    });
    return matrix;
  }
}

/** At most `most`: the newest half of them whole, the older ones evenly. */
function thinned(measured: readonly MeasuredLatency[], most: number): readonly MeasuredLatency[] {
  if (measured.length <= most) return measured;
  const newest = Math.ceil(most / 2);
  const older = measured.length - newest;
  const kept = most - newest;
  return [
    ...Array.from(
      { length: kept },
      (_, index) => measured[Math.floor((index * older) / kept)] as MeasuredLatency,
    ),
    ...measured.slice(older),
  ];
}
