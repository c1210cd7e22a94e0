import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { hypervolume } from '../../../search/front/hypervolume';
import { expectedImprovement, normalShare, stairsOf } from '../../../search/surrogate/improvement';

const reference = [10, 10];
const coordinate = fc.double({ min: 0.1, max: 12, noNaN: true });

describe('the expected improvement', () => {
  it('is the growth of the hypervolume when the latency is all but known', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 8 }),
        coordinate,
        coordinate,
        (points, x, y) => {
          const gained =
            hypervolume([...points, [x, y]], reference) - hypervolume(points, reference);
          expect(
            expectedImprovement(stairsOf(points, reference), y, {
              mean: Math.log(x),
              deviation: 1e-9,
            }),
          ).toBeCloseTo(gained, 5);
        },
      ),
    );
  });

  it('is the mean growth over latencies drawn from their distribution', () => {
    const points = [
      [2, 8],
      [4, 5],
      [7, 1],
    ];
    const random = createRandom(1);
    const [mean, deviation, y] = [Math.log(4), 0.4, 4];
    const draws = 20_000;
    let sum = 0;
    for (let draw = 0; draw < draws; draw += 1)
      sum +=
        hypervolume([...points, [Math.exp(mean + deviation * random.normal()), y]], reference) -
        hypervolume(points, reference);
    expect(
      Math.abs(
        expectedImprovement(stairsOf(points, reference), y, { mean, deviation }) - sum / draws,
      ),
    ).toBeLessThan(0.05);
  });

  it('knows the normal distribution', () => {
    expect(normalShare(0)).toBeCloseTo(0.5, 12);
    expect(normalShare(1.96)).toBeCloseTo(0.9750021048517795, 9);
    expect(normalShare(-8)).toBeCloseTo(6.22e-16, 17);
    expect([normalShare(40), normalShare(-40)]).toEqual([1, 0]);
  });
});
