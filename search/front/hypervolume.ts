import { assert } from '../../common/assert';
import { nondominatedIndices } from './nondominated_sort';
import { comparePoints, coordinate, type Point } from './point';
import { Staircase } from './staircase';

/**
 * The exact volume that `points` dominate within the box below `reference`; all objectives are minimised, and points that
 * are not better than the reference in every objective add nothing. Sweeps in one to three dimensions, WFG's recursion on
 * exclusive volumes (https://doi.org/10.1109/TEVC.2010.2077298) in more.
 */
export function hypervolume(points: readonly Point[], reference: Point): number {
  for (const point of points)
    assert(point.length === reference.length, 'a point has as many objectives as the reference');
  const inside = points.filter((point) =>
    point.every((value, axis) => value < coordinate(reference, axis)),
  );
  if (inside.length === 0) return 0;
  if (reference.length <= 2) return area(inside, reference);
  return reference.length === 3 ? sweptVolume(inside, reference) : exclusiveSum(inside, reference);
}

/** A hypervolume of two objectives that is kept while points arrive, at the cost of a binary search for each. */
export class GrowingArea {
  readonly #stairs = new Staircase();
  readonly #reference: Point;
  #area = 0;

  constructor(reference: Point) {
    assert(reference.length === 2, 'the growing area has two objectives');
    this.#reference = reference;
  }

  get area(): number {
    return this.#area;
  }

  /** Returns by how much the area grew. */
  insert(x: number, y: number): number {
    const gained = this.#stairs.areaGained(
      x,
      y,
      coordinate(this.#reference, 0),
      coordinate(this.#reference, 1),
    );
    this.#stairs.insert(x, y);
    this.#area += gained;
    return gained;
  }
}

function area(points: readonly Point[], reference: Point): number {
  if (reference.length === 1)
    return coordinate(reference, 0) - Math.min(...points.map((point) => coordinate(point, 0)));
  let ceiling = coordinate(reference, 1);
  let total = 0;
  for (const [x = 0, y = 0] of [...points].sort(comparePoints)) {
    if (y >= ceiling) continue;
    total += (coordinate(reference, 0) - x) * (ceiling - y);
    ceiling = y;
  }
  return total;
}

/** Sweeps along the third objective: between two points the dominated area of the plane stays the same. */
function sweptVolume(points: readonly Point[], reference: Point): number {
  const plane = new GrowingArea(reference.slice(0, 2));
  const sorted = [...points].sort((a, b) => coordinate(a, 2) - coordinate(b, 2));
  let volume = 0;
  sorted.forEach((point, index) => {
    plane.insert(coordinate(point, 0), coordinate(point, 1));
    const next = sorted[index + 1];
    volume += plane.area * (coordinate(next ?? reference, 2) - coordinate(point, 2));
  });
  return volume;
}

/** Each point's box less what the later points cover of it; the worst points last keeps the recursion's sets small. */
function exclusiveSum(points: readonly Point[], reference: Point): number {
  const front = nondominatedIndices(points).map((index) => points[index] ?? []);
  front.sort((a, b) => -comparePoints(a, b));
  return front.reduce((total, point, index) => {
    const box = point.reduce(
      (product, value, axis) => product * (coordinate(reference, axis) - value),
      1,
    );
    const limited = front
      .slice(index + 1)
      .map((other) => other.map((value, axis) => Math.max(value, coordinate(point, axis))));
    return total + box - hypervolume(limited, reference);
  }, 0);
}
