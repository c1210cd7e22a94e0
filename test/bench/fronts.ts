import { parseTarget } from '../../common/target';
import { createRandom } from '../../common/random';
import type { AdditiveAccuracy } from '../../search/accuracy/additive_accuracy';
import type { Point } from '../../search/front/point';
import { parseSearchSpec } from '../../search/spec/search_spec';
import { spreadOf } from '../../search/simulate/statistics';
import { SimulatedFleet } from '../../search/simulate/fleet';
import { TrueFront } from '../../search/simulate/true_front';
import { loadSearchCatalog } from '../../coordinator/searches/search_catalog';
import { openStrategies } from '../../coordinator/searches/strategist/strategies';
import { loadSpace } from '../../model/space/load_space';
import { blockLatencies } from './block_front';
import { number, section } from './report';

const budgets = [30, 60, 150];
/** Of a phone that is kept well: a standard deviation of the logarithm. */
const noise = 0.02;
const phones = [1, 1];

/** What each option of a dimension gains in percent, times a scale that grows from block to block. */
const gains = new Map<string, ReadonlyMap<string, number>>([
  ['cell', new Map([['grouped', 0.3]])],
  [
    'kernel',
    new Map([
      ['5', 0.4],
      ['7', 0.55],
    ]),
  ],
  [
    'expansion',
    new Map([
      ['3', 0.5],
      ['4', 0.8],
      ['6', 1.2],
    ]),
  ],
  [
    'depth',
    new Map([
      ['2', 0.7],
      ['3', 1.1],
      ['4', 1.4],
    ]),
  ],
  ['width', new Map([['1', 0.6]])],
]);

interface Task {
  readonly space: string;
  readonly target: string;
}

const tasks: readonly Task[] = [
  { space: 'mobilenetv2', target: 'sm8550/onnxruntime/npu/int8' },
  { space: 'donna-full', target: 'sm8550/onnxruntime/npu/int8' },
];

/**
 * How much of the front of spaces far too large to be listed the surrogate finds, on the virtual phones' cost model: that adds up over blocks, so the true
 * front is known. Arguments behind the section's name: seeds. Medians; the extremes are the most accurate permitted network and the fastest.
 */
export function benchFronts(): Promise<void> {
  const seeds = Number(process.env['FARM_BENCH_SEEDS'] ?? 5);
  for (const task of tasks) {
    const runs = Array.from({ length: seeds }, (_, index) => run(task, index + 1));
    const median = (values: readonly number[]): number => spreadOf(values).median ?? Number.NaN;
    section(
      `surrogate, ${task.space} on ${task.target}, ${String(seeds)} seeds, true front of ${String(runs[0]?.frontSize ?? 0)} points`,
      [
        'MEASURED',
        'HYPERVOLUME %',
        'LEAST %',
        'MOST ACCURATE',
        'WITHIN 1 % OF FASTEST',
        'S/PROPOSAL',
      ],
      budgets.map((budget) => [
        number(budget),
        number(100 * median(runs.map(({ shares }) => shares[budget - 1] ?? Number.NaN)), 2),
        number(100 * Math.min(...runs.map(({ shares }) => shares[budget - 1] ?? Number.NaN)), 2),
        `${String(runs.filter(({ mostAccurateAfter }) => mostAccurateAfter <= budget).length)} of ${String(seeds)}`,
        `${String(runs.filter(({ fastestAfter }) => fastestAfter <= budget).length)} of ${String(seeds)}`,
        number(
          median(runs.map(({ secondsUntil }) => (secondsUntil[budget - 1] ?? Number.NaN) / budget)),
          3,
        ),
      ]),
    );
  }
  return Promise.resolve();
}

interface Run {
  readonly frontSize: number;
  readonly shares: readonly number[];
  readonly secondsUntil: readonly number[];
  /** Measurements. */
  readonly mostAccurateAfter: number;
  readonly fastestAfter: number;
}

const catalog = loadSearchCatalog();

function accuracyFor(space: string): AdditiveAccuracy & { readonly kind: 'additive' } {
  const options = loadSpace(space).positions.map(({ name, values }) => {
    const [block = '', dimension = ''] = name.split('.');
    const scale = 0.6 + 0.1 * Number(block.slice('block'.length));
    return [
      name,
      Object.fromEntries(
        values.map((value) => [
          String(value),
          Number((scale * (gains.get(dimension)?.get(String(value)) ?? 0)).toFixed(4)),
        ]),
      ),
    ];
  });
  return {
    kind: 'additive',
    base: 62,
    options: Object.fromEntries(options) as AdditiveAccuracy['options'],
  };
}

function run({ space: name, target }: Task, seed: number): Run {
  const accuracy = accuracyFor(name);
  const spec = parseSearchSpec(
    JSON.stringify({
      name: 'bench',
      space: name,
      targets: [target],
      budget: { measurements: 150 },
      accuracy,
      strategy: { kind: 'surrogate', seed },
    }),
    'bench',
  );
  const space = catalog.space(spec).within({ targets: [parseTarget(target)], forbidden: [] });
  const latencies = blockLatencies(name, parseTarget(target));
  const source = catalog.accuracy(spec);
  const percentOf = (architecture: string): number => source.accuracyOf(architecture).percent;
  const parts = space.parts?.() ?? [];
  const points = latencies.frontOf(
    (source.sums?.addedBy(parts) ?? []).map((values, part) =>
      values.map((value, option) => ({ genotype: parts[part]?.[option] ?? [], value })),
    ),
    100 - accuracy.base,
  );
  const front = new TrueFront(points);
  const share = front.startCount();
  const [fastestMs, leastError] = [
    Math.min(...points.map(([x = 0]) => x)),
    Math.min(...points.map(([, y = 0]) => y)),
  ];
  const strategy = openStrategies({ spec, past: [] }, catalog).get(target);
  if (strategy === undefined) throw new Error(`no strategy for ${target}`);
  const trueOf = (architecture: string): Point => [
    latencies.latencyMsOf(space.genotypeOf(architecture)),
    100 - percentOf(architecture),
  ];
  const fleet = new SimulatedFleet(strategy, {
    speeds: phones,
    budget: 150,
    proposalMs: 0,
    evaluate: (architecture) => {
      const [latencyMs = 0, error = 0] = trueOf(architecture);
      return {
        kind: 'measured',
        violation: 0,
        relativeNoise: noise,
        objectives: [
          latencyMs * Math.exp(noise * createRandom(`${String(seed)}/${architecture}`).normal()),
          error,
        ],
      };
    },
    durationMs: (architecture) => 1_000 + 165 * (trueOf(architecture)[0] ?? 0),
  });
  const [shares, secondsUntil]: [number[], number[]] = [[], []];
  let [mostAccurateAfter, fastestAfter] = [Infinity, Infinity];
  const start = performance.now();
  for (let ended = fleet.next(); ended !== undefined; ended = fleet.next()) {
    const point = trueOf(ended.architecture);
    shares.push(share(point));
    secondsUntil.push((performance.now() - start) / 1_000);
    if ((point[1] ?? 100) <= leastError + 1e-6)
      mostAccurateAfter = Math.min(mostAccurateAfter, shares.length);
    if ((point[0] ?? 0) <= 1.01 * fastestMs) fastestAfter = Math.min(fastestAfter, shares.length);
  }
  return { frontSize: points.length, shares, secondsUntil, mostAccurateAfter, fastestAfter };
}
