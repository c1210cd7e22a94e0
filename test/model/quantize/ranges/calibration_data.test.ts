import { BadInputError } from '../../../../common/bad_input';
import {
  sampleCount,
  samplesOf,
  type CalibrationData,
} from '../../../../model/quantize/ranges/calibration_data';

async function all(data: CalibrationData, elements: number): Promise<readonly Float32Array[]> {
  const found: Float32Array[] = [];
  for await (const sample of samplesOf(data, elements)) found.push(sample);
  return found;
}

const given = (...samples: readonly (readonly number[])[]): CalibrationData => ({
  kind: 'given',
  samples: samples.map((values) => Float32Array.from(values)),
});

describe('calibration data', () => {
  test('that is generated is the same for a seed, standard normal, and another for another', async () => {
    const generated = (seed: number): CalibrationData => ({ kind: 'generated', seed, samples: 3 });
    const [first, again, other] = [
      await all(generated(7), 2000),
      await all(generated(7), 2000),
      await all(generated(8), 2000),
    ];
    expect(first).toEqual(again);
    expect(first[0]).not.toEqual(other[0]);
    expect(first[0]).not.toEqual(first[1]);
    const values = first.flatMap((sample) => [...sample]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  test('that is streamed is asked for one sample at a time, and anew for each pass', async () => {
    const log: string[] = [];
    const data: CalibrationData = {
      kind: 'streamed',
      count: 2,
      async *samples() {
        for (const value of [1, 2]) {
          log.push(`give ${String(value)}`);
          yield Promise.resolve(Float32Array.of(value));
        }
      },
    };
    for await (const sample of samplesOf(data, 1)) log.push(`take ${String(sample[0])}`);
    expect(log).toEqual(['give 1', 'take 1', 'give 2', 'take 2']);
    expect(await all(data, 1)).toEqual([Float32Array.of(1), Float32Array.of(2)]);
  });

  test('says how many samples it has without reading them', () => {
    const neverRead: CalibrationData = {
      kind: 'streamed',
      count: 12,
      samples: () => {
        throw new Error('read');
      },
    };
    expect(sampleCount(neverRead)).toBe(12);
    expect(sampleCount(given([1], [2]))).toBe(2);
    expect(sampleCount({ kind: 'generated', seed: 1, samples: 4 })).toBe(4);
  });

  test.each<readonly [string, CalibrationData, string]>([
    ['no sample', given(), 'calibration with 0 samples; expected 1 to 4096'],
    [
      'too many',
      { kind: 'generated', seed: 1, samples: 4097 },
      'calibration with 4097 samples; expected 1 to 4096',
    ],
    [
      'half a sample',
      { kind: 'generated', seed: 1, samples: 1.5 },
      'calibration with 1.5 samples; expected 1 to 4096',
    ],
    [
      'a sample of another size',
      given([1, 2], [1]),
      "calibration sample with 1 values; the model's input has 2",
    ],
    [
      'a value that is not finite',
      given([1, 2], [3, Infinity]),
      'calibration sample 2: value 2 is Infinity, not finite; leave the sample out or mend it',
    ],
  ])('with %s is refused in one line', async (_, data, message) => {
    await expect(all(data, 2)).rejects.toThrow(new BadInputError(message));
  });
});
