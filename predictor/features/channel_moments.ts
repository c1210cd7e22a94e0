import type { BatchValues } from '../engine/engine';

/** Collects the variance of each channel over all samples and places. The channel is the last axis. */
export class FeatureMoments {
  #count = 0;
  #mean = new Float64Array(0);
  #squares = new Float64Array(0);

  /** Batch by batch about the mean so far (Chan, Golub and LeVeque, 1983): sums of squares alone lose all digits where the mean is large. */
  add({ data, shape }: BatchValues): void {
    const channels = shape.at(-1) ?? 1;
    const places = data.length / channels;
    if (places === 0) return;
    if (this.#count === 0) {
      this.#mean = new Float64Array(channels);
      this.#squares = new Float64Array(channels);
    }
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      for (let at = channel; at < data.length; at += channels) sum += data[at] ?? 0;
      const mean = sum / places;
      let squares = 0;
      for (let at = channel; at < data.length; at += channels)
        squares += ((data[at] ?? 0) - mean) ** 2;
      const shift = mean - (this.#mean[channel] ?? 0);
      const total = this.#count + places;
      this.#mean[channel] = (this.#mean[channel] ?? 0) + (shift * places) / total;
      this.#squares[channel] =
        (this.#squares[channel] ?? 0) + squares + (shift * shift * this.#count * places) / total;
    }
    this.#count += places;
  }

  variance(): Float32Array {
    return Float32Array.from(this.#squares, (squares) => squares / Math.max(1, this.#count));
  }
}
