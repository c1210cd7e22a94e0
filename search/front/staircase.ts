/**
 * The lower-left boundary of a growing set of points in the plane, both axes minimised: its non-dominated points,
 * x strictly rising, y strictly falling. Questions take a binary search, insertions that plus the shift of an array.
 */
export class Staircase {
  readonly #xs: number[] = [];
  readonly #ys: number[] = [];

  get size(): number {
    return this.#xs.length;
  }

  /** Some point is at least as good as (x, y) on both axes. */
  covers(x: number, y: number): boolean {
    const left = this.#firstRightOf(x) - 1;
    return left >= 0 && this.#y(left) <= y;
  }

  /** Adds a point and drops those that it covers; a point that is covered already changes nothing. */
  insert(x: number, y: number): void {
    if (this.covers(x, y)) return;
    const { first, end } = this.#coveredBy(x, y);
    this.#xs.splice(first, end - first, x);
    this.#ys.splice(first, end - first, y);
  }

  /** The area that (x, y) would add to what the points dominate within the box up to (`limitX`, `limitY`). */
  areaGained(x: number, y: number, limitX: number, limitY: number): number {
    if (x >= limitX || y >= limitY || this.covers(x, y)) return 0;
    const { first, end } = this.#coveredBy(x, y);
    let ceiling = first > 0 ? Math.min(this.#y(first - 1), limitY) : limitY;
    let from = x;
    let area = 0;
    for (let index = first; index < end; index += 1) {
      const to = Math.min(this.#x(index), limitX);
      area += (to - from) * (ceiling - y);
      from = to;
      ceiling = Math.min(ceiling, this.#y(index));
    }
    const to = end < this.size ? Math.min(this.#x(end), limitX) : limitX;
    return area + (to - from) * (ceiling - y);
  }

  #coveredBy(x: number, y: number): { readonly first: number; readonly end: number } {
    const right = this.#firstRightOf(x);
    // A point with equal x and larger y stands just left of `right`.
    const first = right > 0 && this.#x(right - 1) === x ? right - 1 : right;
    let end = first;
    while (end < this.size && this.#y(end) >= y) end += 1;
    return { first, end };
  }

  /** Index of the first point whose x is greater. */
  #firstRightOf(x: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#x(middle) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #x(index: number): number {
    return this.#xs[index] ?? Number.NaN;
  }

  #y(index: number): number {
    return this.#ys[index] ?? Number.NaN;
  }
}
