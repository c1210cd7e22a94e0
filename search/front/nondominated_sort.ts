import { assert } from '../../common/assert';
import { comparePoints, coordinate, weaklyDominates, type Point } from './point';
import { Staircase } from './staircase';

/**
 * The front number of each point, in input order: 0 for the non-dominated ones, 1 for those that only front 0 dominates,
 * and so on. Equal points share a front. Efficient non-dominated sort with binary search: the points are visited in
 * lexicographic order, where only earlier points can dominate; if a front dominates a point then so does each front before
 * it, so the first that does not is found by halving. O(n log n) for two objectives, O(n log² n) for three as
 * long as arrays shift quickly, O(n²) at worst for more. https://doi.org/10.1109/TEVC.2014.2308305
 */
export function frontNumbers(points: readonly Point[]): number[] {
  const dimensions = points[0]?.length ?? 0;
  for (const point of points) {
    assert(point.length === dimensions, 'all points have the same number of objectives');
    for (const value of point) assert(!Number.isNaN(value), 'no objective is NaN');
  }
  const order = lexicographicOrder(points);
  const layers = createLayers(dimensions);
  const numbers = new Array<number>(points.length).fill(0);
  let previous: Point | undefined;
  let front = 0;
  for (const index of order) {
    const point = at(points, index);
    // Without this an equal point would be taken for a dominating one.
    if (previous === undefined || comparePoints(previous, point) !== 0) front = layers.place(point);
    previous = point;
    numbers[index] = front;
  }
  return numbers;
}

/** Indices of the non-dominated points, in input order; equal points are all there. */
export function nondominatedIndices(points: readonly Point[]): number[] {
  const numbers = frontNumbers(points);
  return Array.from(points.keys()).filter((index) => numbers[index] === 0);
}

/**
 * Indices in lexicographic order: a merge sort from runs of one, since a callback for each comparison would cost more than all else.
 * Most comparisons end at the first objective, which an array of its own keeps close together.
 */
function lexicographicOrder(points: readonly Point[]): Uint32Array {
  const firsts = new Float64Array(points.length);
  let from = new Uint32Array(points.length);
  for (let index = 0; index < points.length; index += 1) {
    firsts[index] = points[index]?.[0] ?? 0;
    from[index] = index;
  }
  let to = new Uint32Array(points.length);
  for (let width = 1; width < points.length; width *= 2) {
    for (let start = 0; start < points.length; start += 2 * width) {
      const middle = Math.min(start + width, points.length);
      const end = Math.min(start + 2 * width, points.length);
      let left = start;
      let right = middle;
      for (let place = start; place < end; place += 1) {
        to[place] =
          right >= end ||
          (left < middle && !comesAfter(points, firsts, from[left] ?? 0, from[right] ?? 0))
            ? (from[left++] ?? 0)
            : (from[right++] ?? 0);
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

function comesAfter(points: readonly Point[], firsts: Float64Array, a: number, b: number): boolean {
  const left = firsts[a] ?? 0;
  const right = firsts[b] ?? 0;
  return left === right ? comparePoints(at(points, a), at(points, b)) > 0 : left > right;
}

/** The fronts while they grow. Points come in lexicographic order, without repetition. */
interface Layers {
  place(point: Point): number;
}

function createLayers(dimensions: number): Layers {
  if (dimensions <= 2) return planeLayers(dimensions);
  return dimensions === 3 ? spaceLayers() : plainLayers();
}

/** With x in order, a front of two objectives dominates what is not below its latest, and lowest, y. */
function planeLayers(dimensions: number): Layers {
  const lowest: number[] = [];
  return {
    place: (point) => {
      const y = dimensions === 2 ? coordinate(point, 1) : 0;
      const front = firstNotDominating(lowest.length, (layer) => (lowest[layer] ?? Infinity) <= y);
      lowest[front] = y;
      return front;
    },
  };
}

/** With x in order, domination in three objectives is domination in the other two. */
function spaceLayers(): Layers {
  const stairs: Staircase[] = [];
  return {
    place: (point) => {
      const [, y = 0, z = 0] = point;
      const front = firstNotDominating(
        stairs.length,
        (layer) => stairs[layer]?.covers(y, z) === true,
      );
      (stairs[front] ??= new Staircase()).insert(y, z);
      return front;
    },
  };
}

function plainLayers(): Layers {
  const members: Point[][] = [];
  return {
    place: (point) => {
      const front = firstNotDominating(
        members.length,
        (layer) => members[layer]?.some((other) => weaklyDominates(other, point)) === true,
      );
      (members[front] ??= []).push(point);
      return front;
    },
  };
}

function firstNotDominating(count: number, isDominating: (layer: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isDominating(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function at(points: readonly Point[], index: number): Point {
  return points[index] ?? [];
}
