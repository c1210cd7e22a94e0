import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { levels, measurementsTo, spreadOf } from '../../../search/simulate/statistics';
import { number, section } from '../../bench/report';
import { pythonEnvironment } from '../python_environment';

const run = promisify(execFile);
/** A run of a tool, whatever else the machine does. */
const runDeadlineMs = 60 * 60_000;

interface Peer {
  readonly name: string;
  readonly label: string;
  readonly seeds: number;
  readonly budget: number;
  /** Of the processor, for one run: Gaussian processes take seconds for each proposal. */
  readonly seconds: number;
}

const peers: readonly Peer[] = [
  {
    name: 'optuna-nsga2',
    label: 'Optuna NSGA-II, population 50',
    seeds: 3,
    budget: 600,
    seconds: 60,
  },
  { name: 'optuna-tpe', label: 'Optuna TPE, multivariate', seeds: 3, budget: 400, seconds: 60 },
  {
    name: 'pymoo-nsga2',
    label: 'pymoo NSGA-II, population 100',
    seeds: 3,
    budget: 1_000,
    seconds: 60,
  },
  {
    name: 'botorch-qlognehvi',
    label: 'BoTorch qLogNEHVI, accuracy known, batches of 10 after 20 random',
    seeds: 2,
    budget: 110,
    seconds: 900,
  },
  { name: 'optuna-gp', label: 'Optuna GPSampler', seeds: 2, budget: 80, seconds: 300 },
];
const ours = { seeds: 3, budget: 120 };

interface Outcome {
  readonly shares: readonly number[];
  readonly secondsPerProposal: number;
  /** Its time was over before its budget. */
  readonly isCut: boolean;
}

/**
 * Public search tools and the farm's surrogate on a table of NAS-Bench-201, one after the other:
 * `node dist/test/peers/search/compare.js RAW.csv.gz [TARGET…] [--seeds=N] [--seconds=N]` (RAW as nasbench201_table.py describes it; at most so many seeds of each tool, and seconds of the processor for each run).
 * Each ends at 99 % of the true hypervolume; duplicates are free. The tools' seconds are the processor's, on one thread; the farm's are the clock's, which other work on the machine can only lengthen.
 */
async function main(): Promise<void> {
  const [raw = '', ...targets] = process.argv
    .slice(2)
    .filter((argument) => !argument.startsWith('--'));
  const limit = (name: string): number =>
    Number(
      process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1] ?? Infinity,
    );
  const { python, source } = await pythonEnvironment('search');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-search-'));
  const table = path.join(folder, 'table.csv');
  try {
    await run(python, [path.join(source, 'nasbench201_table.py'), raw, table]);
    for (const target of targets.length === 0
      ? ['pixel3', 'raspi4', 'gold_6226', 'pixel2', 'samsung_a50']
      : targets) {
      const rows = [
        row('farm surrogate', await simulated(table, target, ['--space', 'nasbench201'])),
        row('farm surrogate, of the columns alone', await simulated(table, target, [])),
      ];
      for (const peer of peers) {
        const seconds = Math.min(peer.seconds, limit('seconds'));
        const outcomes: Outcome[] = [];
        for (let seed = 1; seed <= Math.min(peer.seeds, limit('seeds')); seed += 1)
          outcomes.push(
            await searched(
              [python, path.join(source, 'peers.py')],
              { table, target, seed },
              { ...peer, seconds },
            ),
          );
        rows.push(row(peer.label, outcomes));
      }
      section(
        target,
        [
          'TOOL',
          'SEEDS',
          ...levels.map((level) => `${String(Math.round(100 * level))} % AFTER`),
          'HYPERVOLUME %',
          'MEASURED',
          'S/PROPOSAL',
          'CUT SHORT',
        ],
        rows,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `space`: how the farm is told what a cell takes; empty where it knows no more than the tools do. */
async function simulated(
  table: string,
  target: string,
  space: readonly string[],
): Promise<readonly Outcome[]> {
  const program = path.resolve(__dirname, '../../../cli/main.js');
  const options = [
    '--table',
    table,
    ...space,
    '--strategies',
    'surrogate',
    '--target',
    target,
    '--budget',
    String(ours.budget),
    '--seeds',
    String(ours.seeds),
    '--stop-at',
    '99',
    '--json',
  ];
  const { stdout } = await run(process.execPath, [program, 'search', 'simulate', ...options], {
    maxBuffer: 1e9,
    timeout: runDeadlineMs,
  });
  const { results } = JSON.parse(stdout) as {
    results: { runs: { shares: number[]; proposalMs: number }[] }[];
  };
  return (results[0]?.runs ?? []).map(({ shares, proposalMs }) => ({
    shares,
    secondsPerProposal: proposalMs / 1000,
    isCut: false,
  }));
}

async function searched(
  [python, script]: readonly [string, string],
  {
    table,
    target,
    seed,
  }: { readonly table: string; readonly target: string; readonly seed: number },
  { name, budget, seconds }: Peer,
): Promise<Outcome> {
  const { stdout } = await run(
    python,
    [script, name, table, target, String(seed), String(budget), String(seconds)],
    { env: { ...process.env, OMP_NUM_THREADS: '1' }, maxBuffer: 1e9, timeout: runDeadlineMs },
  );
  return JSON.parse(stdout) as Outcome;
}

function row(
  label: string,
  outcomes: readonly Outcome[],
): readonly (string | ReturnType<typeof number>)[] {
  const median = (values: readonly (number | undefined)[]): number =>
    spreadOf(values).median ?? Number.NaN;
  return [
    label,
    number(outcomes.length),
    ...levels.map((level) =>
      number(median(outcomes.map((outcome) => measurementsTo(level, outcome)))),
    ),
    number(100 * median(outcomes.map(({ shares }) => shares.at(-1))), 2),
    number(median(outcomes.map(({ shares }) => shares.length))),
    number(median(outcomes.map(({ secondsPerProposal }) => secondsPerProposal)), 4),
    number(outcomes.filter(({ isCut }) => isCut).length),
  ];
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
