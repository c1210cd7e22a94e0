import { BadInputError } from '../../../common/bad_input';
import { createRandom } from '../../../common/random';

/** What the float network is shown to learn its activation ranges. Samples are flat, in the input's row-major order. */
export type CalibrationData =
  | { readonly kind: 'generated'; readonly seed: number | string; readonly samples: number }
  | { readonly kind: 'given'; readonly samples: readonly Float32Array[] }
  /** Read one by one; each call begins anew. */
  | {
      readonly kind: 'streamed';
      readonly count: number;
      readonly samples: () => AsyncIterable<Float32Array>;
    };

/** More samples hardly move a range, and each costs a float inference. */
const mostSamples = 4096;

export function sampleCount(data: CalibrationData): number {
  return data.kind === 'given'
    ? data.samples.length
    : data.kind === 'generated'
      ? data.samples
      : data.count;
}

/** The samples one by one, checked: of the input's size and finite. @throws BadInputError naming the first that is not */
export async function* samplesOf(
  data: CalibrationData,
  elements: number,
): AsyncGenerator<Float32Array> {
  const count = sampleCount(data);
  if (!Number.isInteger(count) || count < 1 || count > mostSamples)
    throw new BadInputError(`calibration with ${count} samples; expected 1 to ${mostSamples}`);
  let index = 0;
  for await (const sample of rawSamples(data, elements)) {
    if (sample.length !== elements)
      throw new BadInputError(
        `calibration sample with ${sample.length} values; the model's input has ${elements}`,
      );
    const broken = sample.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new BadInputError(
        `calibration sample ${index + 1}: value ${broken + 1} is ${String(sample[broken])}, not finite; leave the sample out or mend it`,
      );
    yield sample;
    index += 1;
  }
}

function rawSamples(
  data: CalibrationData,
  elements: number,
): Iterable<Float32Array> | AsyncIterable<Float32Array> {
  switch (data.kind) {
    case 'given':
      return data.samples;
    case 'streamed':
      return data.samples();
    case 'generated':
      return generatedSamples(data, elements);
  }
}

function* generatedSamples(
  { seed, samples }: { readonly seed: number | string; readonly samples: number },
  elements: number,
): Generator<Float32Array> {
  const random = createRandom(seed).derive('calibration');
  for (let index = 0; index < samples; index += 1)
    yield Float32Array.from({ length: elements }, () => random.normal());
}
