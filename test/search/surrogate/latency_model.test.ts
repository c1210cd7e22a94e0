import { createRandom } from '../../../common/random';
import type { Candidate } from '../../../search/surrogate/candidate';
import { LatencyModel, type MeasuredLatency } from '../../../search/surrogate/latency_model';

const random = createRandom('latency model');

function candidate(index: number): Candidate {
  const counts = Float64Array.from({ length: 3 }, () => random.below(6));
  const features = counts.map((count) => (count - 2.5) / 1.7);
  return {
    architecture: `network ${index}`,
    errorPercent: 10,
    choices: Uint16Array.from(counts),
    features,
    counts,
    expenses: features,
  };
}

const trueLatencyMs = ({ counts }: Candidate): number =>
  1 + 0.5 * counts[0]! + 0.2 * counts[1]! + 0.05 * counts[2]!;
const candidates = Array.from({ length: 60 }, (_, index) => candidate(index));
/** Phones by turns, the second slower and the third faster than their average. */
const offsets = [0, 0.04, -0.04];
const measured = candidates.slice(0, 40).map((each, index): MeasuredLatency => ({
  candidate: each,
  latencyMs: trueLatencyMs(each) * Math.exp(offsets[index % 3]! + 0.005 * random.normal()),
  relativeNoise: 0.005,
  deviceSerial: `phone-${index % 3}`,
}));

describe('a model of latencies that several phones of a pool measured', () => {
  const model = new LatencyModel(measured);

  it('finds by how much each of them is slower or faster', () => {
    offsets.forEach((offset, phone) =>
      expect(Math.abs(model.deviceOffset(`phone-${phone}`) - offset)).toBeLessThan(0.012),
    );
    expect(model.deviceOffset(undefined)).toBe(0);
    expect(model.deviceOffset('phone-9')).toBe(0);
  });

  it('predicts what the phones take on average, better than one that knows nothing of phones', () => {
    const blind = new LatencyModel(measured.map((each) => ({ ...each, deviceSerial: undefined })));
    const error = (of: LatencyModel): number =>
      Math.sqrt(
        candidates
          .slice(40)
          .reduce((sum, each) => sum + (of.mean(each) - Math.log(trueLatencyMs(each))) ** 2, 0) /
          20,
      );
    expect(error(model)).toBeLessThan(0.7 * error(blind));
  });

  it('takes the phones out of what they measured', () => {
    const error = (values: readonly { readonly latencyMs: number }[]): number =>
      Math.sqrt(
        values.reduce(
          (sum, { latencyMs }, index) =>
            sum + Math.log(latencyMs / trueLatencyMs(measured[index]!.candidate)) ** 2,
          0,
        ) / values.length,
      );
    expect(error(model.settled())).toBeLessThan(0.5 * error(measured));
  });

  it('has no offsets where one phone measured everything', () => {
    const alone = measured.map((each) => ({ ...each, deviceSerial: 'phone-0' }));
    expect(new LatencyModel(alone).deviceOffset('phone-0')).toBe(0);
  });
});
