export interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
}

const memory = 8;
const sufficientDecrease = 1e-4;
const largestHalvings = 20;
const smallestGain = 1e-5;

/** Lowers a smooth function by limited-memory BFGS with backtracking, until a step gains next to nothing. https://doi.org/10.1007/BF01589116 */
export function minimise(
  evaluate: (point: Float64Array) => Evaluated,
  start: Float64Array,
  largestSteps: number,
): Float64Array {
  let point = start;
  let current = evaluate(point);
  const steps: {
    readonly moved: Float64Array;
    readonly turned: Float64Array;
    readonly curvature: number;
  }[] = [];
  for (let step = 0; step < largestSteps; step += 1) {
    const direction = descent(current.gradient, steps);
    const slope = dot(direction, current.gradient);
    if (!(slope < 0)) return point;
    const found = backtrack(evaluate, point, { direction, slope, value: current.value });
    if (found === undefined) return point;
    const moved = difference(found.point, point);
    const turned = difference(found.evaluated.gradient, current.gradient);
    const curvature = dot(moved, turned);
    if (curvature > 1e-12) steps.push({ moved, turned, curvature });
    if (steps.length > memory) steps.shift();
    const gain = current.value - found.evaluated.value;
    ({ point, evaluated: current } = found);
    if (gain < smallestGain) return point;
  }
  return point;
}

function descent(
  gradient: Float64Array,
  steps: readonly {
    readonly moved: Float64Array;
    readonly turned: Float64Array;
    readonly curvature: number;
  }[],
): Float64Array {
  const direction = gradient.map((value) => -value);
  const weights: number[] = [];
  for (const { moved, turned, curvature } of steps.toReversed()) {
    const weight = dot(moved, direction) / curvature;
    weights.push(weight);
    add(direction, turned, -weight);
  }
  const last = steps.at(-1);
  // The first step must not leave the region in which the function is known to behave.
  const scale =
    last === undefined
      ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)))
      : last.curvature / dot(last.turned, last.turned);
  for (let index = 0; index < direction.length; index += 1)
    direction[index] = (direction[index] ?? 0) * scale;
  for (const { moved, turned, curvature } of steps)
    add(direction, moved, (weights.pop() ?? 0) - dot(turned, direction) / curvature);
  return direction;
}

function backtrack(
  evaluate: (point: Float64Array) => Evaluated,
  from: Float64Array,
  {
    direction,
    slope,
    value,
  }: { readonly direction: Float64Array; readonly slope: number; readonly value: number },
): { readonly point: Float64Array; readonly evaluated: Evaluated } | undefined {
  let share = 1;
  for (let halving = 0; halving < largestHalvings; halving += 1) {
    const point = from.map((coordinate, index) => coordinate + share * (direction[index] ?? 0));
    const evaluated = evaluate(point);
    if (evaluated.value <= value + sufficientDecrease * share * slope) return { point, evaluated };
    share /= 2;
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value - (b[index] ?? 0));
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let index = 0; index < to.length; index += 1)
    to[index] = (to[index] ?? 0) + times * (what[index] ?? 0);
}
