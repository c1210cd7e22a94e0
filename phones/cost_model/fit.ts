import type { OperatorCost } from '../../model/cost/network_cost';
import { networkUs, type UnitSpeed } from './latency';

interface PublishedLatency {
  readonly model: string;
  readonly soc: string;
  readonly runtime: string;
  readonly unit: string;
  readonly precision: string;
  readonly latencyMs: number;
}

/** Reads published.csv: comment lines, a header, rows. */
export function readPublished(text: string): readonly PublishedLatency[] {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return rows.slice(1).map((row) => {
    const [model = '', soc = '', , runtime = '', unit = '', precision = '', latency = ''] =
      row.split(',');
    return { model, soc, runtime, unit, precision, latencyMs: Number(latency) };
  });
}

interface Sample {
  readonly operators: readonly OperatorCost[];
  readonly latencyMs: number;
}

const parameters = [
  'overheadUs',
  'perOperatorUs',
  'gigamacsPerS',
  'halfSpeedLength',
  'gigabytesPerS',
] as const;
/** Where the search starts, and what pulls a parameter that the samples say nothing about. */
const start: UnitSpeed = {
  overheadUs: 60,
  perOperatorUs: 1.2,
  gigamacsPerS: 10_000,
  halfSpeedLength: 100,
  gigabytesPerS: 60,
  floatFactor: 1,
  bytesPerFloat: 2,
};
const pull = 0.002;
const mostRounds = 800;
/** The simplex has shrunk to a point. */
const smallestSpread = 1e-7;

/** The speed under which the relative errors of all samples are smallest, by Nelder and Mead's simplex in the logarithms. */
function fitUnitSpeed(samples: readonly Sample[], from: UnitSpeed = start): UnitSpeed {
  const origin = parameters.map((name) => Math.log(from[name]));
  const speedAt = (point: readonly number[]): UnitSpeed => ({
    ...from,
    ...Object.fromEntries(parameters.map((name, index) => [name, Math.exp(point[index] ?? 0)])),
  });
  const loss = (point: readonly number[]): number => {
    const speed = speedAt(point);
    const errors = samples.map(
      ({ operators, latencyMs }) => Math.log(networkUs(operators, speed) / (latencyMs * 1000)) ** 2,
    );
    const drift = point.map((value, index) => pull * (value - (origin[index] ?? 0)) ** 2);
    return [...errors, ...drift].reduce((sum, term) => sum + term, 0);
  };
  return speedAt(minimize(loss, origin));
}

/** How much longer floating point takes, given the speed for 8-bit; by bisection: the mean error grows with it. */
function fitFloatFactor(samples: readonly Sample[], speed: UnitSpeed): number {
  let low = 0.2;
  let high = 20;
  for (let round = 0; round < 60; round += 1) {
    const middle = Math.sqrt(low * high);
    const bias = samples.reduce(
      (sum, { operators, latencyMs }) =>
        sum +
        Math.log(
          networkUs(asFloat(operators), { ...speed, floatFactor: middle }) / (latencyMs * 1000),
        ),
      0,
    );
    if (bias > 0) high = middle;
    else low = middle;
  }
  return Math.sqrt(low * high);
}

/** The same network in floating point: four bytes for each number. */
export function asFloat(operators: readonly OperatorCost[]): readonly OperatorCost[] {
  return operators.map((operator) => ({
    ...operator,
    quantized: false,
    weightBytes: 4 * operator.weightBytes,
    inputBytes: 4 * operator.inputBytes,
    outputBytes: 4 * operator.outputBytes,
  }));
}

interface Vertex {
  readonly point: readonly number[];
  readonly loss: number;
}

function minimize(
  lossOf: (point: readonly number[]) => number,
  origin: readonly number[],
): readonly number[] {
  const vertex = (point: readonly number[]): Vertex => ({ point, loss: lossOf(point) });
  let simplex = [
    vertex(origin),
    ...origin.map((_, axis) =>
      vertex(origin.map((value, index) => (index === axis ? value + 0.7 : value))),
    ),
  ];
  for (let round = 0; round < mostRounds; round += 1) {
    simplex.sort((left, right) => left.loss - right.loss);
    const worst = simplex.at(-1) ?? vertex(origin);
    const best = simplex[0] ?? worst;
    if (worst.loss - best.loss < smallestSpread) break;
    const others = simplex.slice(0, -1);
    const centre = origin.map(
      (_, index) => others.reduce((sum, { point }) => sum + (point[index] ?? 0), 0) / others.length,
    );
    const along = (factor: number): Vertex =>
      vertex(centre.map((value, index) => value + factor * ((worst.point[index] ?? 0) - value)));
    const reflected = along(-1);
    const candidate =
      reflected.loss < best.loss
        ? better(reflected, along(-2))
        : reflected.loss < (others.at(-1)?.loss ?? 0)
          ? reflected
          : better(along(0.5), along(-0.5));
    if (candidate.loss < worst.loss) simplex = [...others, candidate];
    else
      simplex = simplex.map((each) =>
        vertex(each.point.map((value, index) => ((best.point[index] ?? 0) + value) / 2)),
      );
  }
  simplex.sort((left, right) => left.loss - right.loss);
  return simplex[0]?.point ?? origin;
}

function better(left: Vertex, right: Vertex): Vertex {
  return left.loss <= right.loss ? left : right;
}

/**
 * GoogLeNet was fitted like the others, came out far too slow, and was left out afterwards; it is no held-out test. Why it
 * does not fit is not known. That the phones' compilers join its parallel branches is a guess.
 */
export const networksLeftOut: readonly string[] = ['googlenet'];

/** The fitted speeds of every SoC, runtime and unit that the rows cover, by `soc/runtime/unit`. */
export function fitPublished(
  rows: readonly PublishedLatency[],
  networks: ReadonlyMap<string, readonly OperatorCost[]>,
): Readonly<Record<string, UnitSpeed>> {
  const used = rows.filter((row) => !networksLeftOut.includes(row.model));
  const samplesOf = (key: string, precision: string): Sample[] =>
    used
      .filter((row) => keyOf(row) === key && row.precision === precision)
      .map((row) => ({ operators: networks.get(row.model) ?? [], latencyMs: row.latencyMs }));
  const keys = [...new Set(used.filter((row) => row.precision === 'int8').map(keyOf))].sort();
  return Object.fromEntries(
    keys.map((key) => {
      const speed = fitUnitSpeed(samplesOf(key, 'int8'));
      const floats = samplesOf(key, 'float32');
      return [
        key,
        rounded({ ...speed, floatFactor: floats.length === 0 ? 1 : fitFloatFactor(floats, speed) }),
      ];
    }),
  );
}

/** `soc/runtime/unit`: what one speed is fitted for. */
export function keyOf(row: Pick<PublishedLatency, 'soc' | 'runtime' | 'unit'>): string {
  return `${row.soc}/${row.runtime}/${row.unit}`;
}

function rounded(speed: UnitSpeed): UnitSpeed {
  const round = (value: number): number => Number(value.toPrecision(4));
  return {
    overheadUs: round(speed.overheadUs),
    perOperatorUs: round(speed.perOperatorUs),
    gigamacsPerS: round(speed.gigamacsPerS),
    halfSpeedLength: round(speed.halfSpeedLength),
    gigabytesPerS: round(speed.gigabytesPerS),
    floatFactor: round(speed.floatFactor),
    bytesPerFloat: speed.bytesPerFloat,
  };
}
