import fc from 'fast-check';
import { GrowingArea, hypervolume } from '../../../search/front/hypervolume';
import type { Point } from '../../../search/front/point';

const side = 5;

/** Counts the unit cells of the box that some point dominates: exact for integer points. */
function countCells(points: readonly Point[], dimensions: number): number {
  let count = 0;
  for (let cell = 0; cell < side ** dimensions; cell += 1) {
    const corner = Array.from(
      { length: dimensions },
      (_, axis) => Math.floor(cell / side ** axis) % side,
    );
    if (points.some((point) => point.every((value, axis) => value <= corner[axis]!))) count += 1;
  }
  return count;
}

function integerPoints(dimensions: number): fc.Arbitrary<number[][]> {
  return fc.array(
    fc.array(fc.integer({ min: 0, max: side + 1 }), {
      minLength: dimensions,
      maxLength: dimensions,
    }),
    { maxLength: 12 },
  );
}

describe('the hypervolume', () => {
  it.each([1, 2, 3, 4, 5])(
    'is the number of dominated cells on an integer grid of %i objectives',
    (dimensions) => {
      const reference = new Array<number>(dimensions).fill(side);
      fc.assert(
        fc.property(integerPoints(dimensions), (points) => {
          expect(hypervolume(points, reference)).toBe(countCells(points, dimensions));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('does not depend on the order of the points, nor on an equal objective that is added', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 90 }),
            fc.integer({ min: 0, max: 90 }),
            fc.integer({ min: 0, max: 90 }),
          ),
        ),
        (points) => {
          const volume = hypervolume(points, [100, 100, 100]);
          expect(hypervolume([...points].reverse(), [100, 100, 100])).toBe(volume);
          expect(
            hypervolume(
              points.map((point) => [...point, 0]),
              [100, 100, 100, 1],
            ),
          ).toBe(volume);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is zero without points, and for points on or beyond the reference', () => {
    expect(hypervolume([], [1, 1])).toBe(0);
    expect(
      hypervolume(
        [
          [1, 0],
          [0, 1],
          [Infinity, -5],
        ],
        [1, 1],
      ),
    ).toBe(0);
  });
});

describe('the growing area', () => {
  it('equals the hypervolume of what it has seen after every point', () => {
    fc.assert(
      fc.property(integerPoints(2), (points) => {
        const growing = new GrowingArea([side, side]);
        points.forEach(([x = 0, y = 0], index) => {
          const before = growing.area;
          expect(growing.insert(x, y)).toBe(growing.area - before);
          expect(growing.area).toBe(countCells(points.slice(0, index + 1), 2));
        });
      }),
    );
  });

  it('takes points beyond the reference', () => {
    const growing = new GrowingArea([1, 1]);
    growing.insert(0.5, Infinity);
    growing.insert(2, 0);
    expect(growing.insert(0.25, 0.5)).toBe(0.375);
    expect(growing.insert(0.5, -1)).toBe(0.75);
  });
});
