import type { OperatorCost } from '../../model/cost/network_cost';

interface Convolution {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  /** Without padding the picture shrinks by kernel - 1. */
  readonly unpadded?: boolean;
}

/** Writes down a network's operators as the phone's runtimes see them: 8-bit, activations fused, batch 1. */
export class NetworkSketch {
  readonly operators: OperatorCost[] = [];
  size: number;
  channels: number;

  constructor(size: number, channels: number) {
    this.size = size;
    this.channels = channels;
  }

  convolve({ channels, kernel, stride = 1, groups = 1, unpadded = false }: Convolution): this {
    const before = this.#elements();
    this.size = Math.ceil((unpadded ? this.size - kernel + 1 : this.size) / stride);
    const weights = kernel * kernel * (this.channels / groups) * channels;
    this.channels = channels;
    return this.#add('Conv', {
      macs: weights * this.size * this.size,
      weights,
      input: before,
      output: this.#elements(),
    });
  }

  depthwise(kernel: number, stride = 1): this {
    return this.convolve({ channels: this.channels, kernel, stride, groups: this.channels });
  }

  pool(stride: number): this {
    const before = this.#elements();
    this.size = Math.ceil(this.size / stride);
    return this.#add('MaxPool', { macs: 0, weights: 0, input: before, output: this.#elements() });
  }

  /** An element-wise sum or product with another tensor of the same size. */
  combine(kind: 'Add' | 'Mul'): this {
    return this.#add(kind, {
      macs: 0,
      weights: 0,
      input: 2 * this.#elements(),
      output: this.#elements(),
    });
  }

  /** Moves all channels once: concatenation, split, shuffle. */
  move(kind: 'Concat' | 'Split' | 'Transpose', channels = this.channels): this {
    this.channels = channels;
    return this.#add(kind, {
      macs: 0,
      weights: 0,
      input: this.#elements(),
      output: this.#elements(),
    });
  }

  /** Squeeze and excitation: pool, two small layers, sigmoid, product. */
  excite(squeezedChannels: number): this {
    const { size, channels } = this;
    this.globalPool()
      .convolve({ channels: squeezedChannels, kernel: 1 })
      .convolve({ channels, kernel: 1 });
    this.#add('Sigmoid', { macs: 0, weights: 0, input: channels, output: channels });
    this.size = size;
    return this.combine('Mul');
  }

  globalPool(): this {
    const before = this.#elements();
    this.size = 1;
    return this.#add('GlobalAveragePool', {
      macs: 0,
      weights: 0,
      input: before,
      output: this.channels,
    });
  }

  classify(classes: number): this {
    const weights = this.channels * classes;
    return this.#add('Gemm', { macs: weights, weights, input: this.channels, output: classes });
  }

  #elements(): number {
    return this.size * this.size * this.channels;
  }

  #add(
    kind: string,
    work: {
      readonly macs: number;
      readonly weights: number;
      readonly input: number;
      readonly output: number;
    },
  ): this {
    this.operators.push({
      name: `${kind}_${this.operators.length}`,
      kind,
      macs: work.macs,
      weightBytes: work.weights,
      inputBytes: work.input,
      outputBytes: work.output,
      quantized: true,
    });
    return this;
  }
}
