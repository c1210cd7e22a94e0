import { assert } from '../../common/assert';
import { GrowingArea, hypervolume } from '../front/hypervolume';
import { nondominatedIndices } from '../front/nondominated_sort';
import { coordinate, type Point } from '../front/point';

/** The box of the front is the unit square; the reference lies a tenth beyond it. */
const reference: Point = [1.1, 1.1];

/** The front of all that was measured, and the share of its hypervolume that a search has found. */
export class TrueFront {
  readonly points: readonly Point[];
  readonly #ideal: Point;
  readonly #extent: Point;
  readonly #hypervolume: number;

  /** `points` are (latency, error), not empty. */
  constructor(points: readonly Point[]) {
    assert(points.length > 0, 'a table has networks');
    this.points = nondominatedIndices(points).map((index) => points[index] ?? []);
    const extreme = (pick: (...values: number[]) => number): Point =>
      [0, 1].map((axis) =>
        this.points.reduce(
          (best, point) => pick(best, coordinate(point, axis)),
          coordinate(this.points[0] ?? [], axis),
        ),
      );
    const worst = extreme(Math.max);
    this.#ideal = extreme(Math.min);
    // A front without extent has no box: the reference then lies a tenth of the value beyond it.
    this.#extent = worst.map((most, axis) => most - coordinate(this.#ideal, axis) || most || 1);
    this.#hypervolume = hypervolume(
      this.points.map((point) => this.#normalise(point)),
      reference,
    );
  }

  /** Counts what is found, one after the other. */
  startCount(): (found: Point) => number {
    const area = new GrowingArea(reference);
    return (found) => {
      const [x, y] = this.#normalise(found);
      area.insert(x, y);
      return area.area / this.#hypervolume;
    };
  }

  #normalise(point: Point): readonly [number, number] {
    const scaled = (axis: number): number =>
      (coordinate(point, axis) - coordinate(this.#ideal, axis)) / coordinate(this.#extent, axis);
    return [scaled(0), scaled(1)];
  }
}
