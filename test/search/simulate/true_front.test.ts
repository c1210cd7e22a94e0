import fc from 'fast-check';
import { TrueFront } from '../../../search/simulate/true_front';
import type { Point } from '../../../search/front/point';

/** Small integers, so that ties and equal points are common. */
const points = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
  { minLength: 1, maxLength: 30 },
);

/** Nothing is at least as good in both and better in one. */
function dumbFront(all: readonly Point[]): Point[] {
  return all.filter(
    ([x = 0, y = 0]) => !all.some(([u = 0, v = 0]) => u <= x && v <= y && (u < x || v < y)),
  );
}

/** Counts the cells of a grid through all coordinates that some point dominates. */
function dumbArea(all: readonly Point[], reference: Point): number {
  const lines = [0, 1].map((axis) =>
    [...new Set([...all.map((point) => point[axis]!), reference[axis]!])].sort((a, b) => a - b),
  );
  let area = 0;
  lines[0]!.forEach((left, column) =>
    lines[1]!.forEach((low, row) => {
      const [right = left, high = low] = [lines[0]![column + 1], lines[1]![row + 1]];
      if (
        right <= reference[0]! &&
        high <= reference[1]! &&
        all.some(([x = 0, y = 0]) => x <= left && y <= low)
      )
        area += (right - left) * (high - low);
    }),
  );
  return area;
}

function dumbShare(found: readonly Point[], all: readonly Point[]): number {
  const front = dumbFront(all);
  const [low, high] = [Math.min, Math.max].map((pick) =>
    [0, 1].map((axis) => pick(...front.map((point) => point[axis]!))),
  );
  const extent = [0, 1].map((axis) => high![axis]! - low![axis]! || high![axis]!);
  const normalised = (some: readonly Point[]): Point[] =>
    some.map((point) => point.map((value, axis) => (value - low![axis]!) / extent[axis]!));
  return dumbArea(normalised(found), [1.1, 1.1]) / dumbArea(normalised(front), [1.1, 1.1]);
}

describe('the true front', () => {
  it('is what nothing dominates', () => {
    fc.assert(
      fc.property(points, (all) => {
        expect(new Set(new TrueFront(all).points)).toEqual(new Set(dumbFront(all)));
      }),
    );
  });

  it('counts the share of its hypervolume, normalised to its box, with the reference a tenth beyond', () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.boolean()), (all, picks) => {
        const found = all.filter(() => picks.next().value);
        const count = new TrueFront(all).startCount();
        const shares = found.map(count);
        found.forEach((_, index) =>
          expect(shares[index]).toBeCloseTo(dumbShare(found.slice(0, index + 1), all), 9),
        );
      }),
    );
  });

  it('is found whole when everything is measured, in any order', () => {
    fc.assert(
      fc.property(points, (all) => {
        const count = new TrueFront(all).startCount();
        expect(Math.max(...all.map(count))).toBeCloseTo(1, 9);
      }),
    );
  });
});
