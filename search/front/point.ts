/** A candidate in objective space. Every objective is minimised; accuracy enters as error. Infinities are allowed, NaN is not. */
export type Point = readonly number[];

/** At least as good in every objective. True of equal points. */
export function weaklyDominates(a: Point, b: Point): boolean {
  return a.every((value, axis) => value <= coordinate(b, axis));
}

/** At least as good in every objective and better in one. False of equal points. */
export function dominates(a: Point, b: Point): boolean {
  return weaklyDominates(a, b) && a.some((value, axis) => value < coordinate(b, axis));
}

/** Lexicographic order: a point can be dominated only by points that come before it. */
export function comparePoints(a: Point, b: Point): number {
  for (let axis = 0; axis < a.length; axis += 1) {
    const left = coordinate(a, axis);
    const right = coordinate(b, axis);
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** For loops whose bounds guarantee that the axis is there. */
export function coordinate(point: Point, axis: number): number {
  return point[axis] ?? Number.NaN;
}
