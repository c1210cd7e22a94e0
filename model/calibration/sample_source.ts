/** Calibration samples that are read one by one, each as flat float32 values in the input's row-major order. */
export interface SampleSource {
  readonly count: number;
  /** Begins anew at each call. @throws BadInputError when a file turns out to be unusable */
  readonly samples: () => AsyncIterable<Float32Array>;
}

/** What the network's input takes, batch 1. */
export interface InputForm {
  readonly name: string;
  readonly shape: readonly number[];
}

/** How many samples an array of the shape holds, if it is one or a batch of them; undefined when it does not fit. */
export function samplesIn(shape: readonly number[], input: InputForm): number | undefined {
  const elements = input.shape.reduce((product, dimension) => product * dimension, 1);
  const sample = input.shape[0] === 1 ? input.shape.slice(1) : input.shape;
  const same = (first: readonly number[], second: readonly number[]): boolean =>
    first.length === second.length &&
    first.every((dimension, index) => dimension === second[index]);
  if (same(shape, input.shape) || same(shape, sample)) return 1;
  const [batch = 0, ...rest] = shape;
  return elements > 0 && (same(rest, sample) || same(rest, input.shape)) ? batch : undefined;
}

/** The message for an array of another shape. */
export function wrongShape(path: string, shape: readonly number[], input: InputForm): string {
  return `${path}: has shape ${shape.join('x') || 'scalar'}; expected ${input.shape.join('x')} (input '${input.name}'), or a batch of these along the first dimension`;
}
