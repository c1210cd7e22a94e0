import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { parseDeviceSpeeds, type DeviceSpeeds } from '../../search/simulate/device_speeds';
import type { SimulationConditions } from '../../search/simulate/run';
import { parseStrategy, type NamedStrategy } from '../../search/simulate/strategy_option';
import { readMeasurementTable, type MeasurementTable } from '../../search/simulate/table';
import { readCsvFile } from '../input/csv_file';
import { numberFrom, wholeNumberFrom } from '../input/number_option';
import { refuseFullFolder, writeWholeFolder } from '../output/whole_file';
import { startProgress } from '../output/progress';
import type { Terminal } from '../output/terminal';
import { recordingOf } from '../simulate/recorded_space';
import { drawShares } from '../simulate/simulation_chart';
import { formatResults, runsToCsv, sharesToCsv } from '../simulate/simulation_report';
import { summarize, type SimulationResult } from '../simulate/simulation_result';
import { runInThreads } from '../simulate/simulation_threads';
import { jsonOr } from './connection';

interface SimulateOptions {
  readonly table: string;
  readonly space?: string;
  readonly strategies: readonly NamedStrategy[];
  readonly budget: number;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly target?: readonly string[];
  readonly teacher?: string;
  readonly teacherMeasurements: number;
  readonly devices: DeviceSpeeds;
  readonly noise: number;
  readonly proposalMs: number;
  readonly stopAt?: number;
  readonly output?: string;
  readonly json?: boolean;
}

const oneDevice: DeviceSpeeds = { kind: 'listed', speeds: [1] };
/** Each is kept as a number or two until the end. */
const mostMeasurements = 50_000_000;

/** `workerFile` is the compiled simulation_worker. */
export function registerSimulate(
  search: Command,
  terminal: Terminal,
  workerFile = path.join(__dirname, '../simulate/simulation_worker.js'),
): void {
  search
    .command('simulate')
    .description(
      'try strategies on recorded measurements, by a simulated clock (docs/search.md says what the table holds)',
    )
    .requiredOption(
      '--table <file.csv>',
      'recorded measurements, a line for each network; may be gzipped',
    )
    .option(
      '--space <space>',
      'read the architectures as those of this space, and take their cost from it',
    )
    .addOption(
      new Option(
        '--strategies <list>',
        'by commas: random, nsga2, nsga2-async, surrogate; with options as in nsga2:populationSize=50',
      )
        .argParser(parseStrategies)
        .default([parseStrategy('surrogate')], 'surrogate'),
    )
    .requiredOption(
      '--budget <n>',
      'measurements of each run',
      wholeNumberFrom({ min: 1, max: 1_000_000 }),
    )
    .option(
      '--seeds <k>',
      'runs of each strategy on each target',
      wholeNumberFrom({ min: 1, max: 1_000 }),
      5,
    )
    .option(
      '--first-seed <n>',
      'of the runs, which count on from it',
      wholeNumberFrom({ min: 0, max: 1_000_000_000 }),
      1,
    )
    .option(
      '--teacher <target>',
      'let the surrogate search this target first, and learn from it for the others',
    )
    .option(
      '--teacher-measurements <n>',
      'measurements of that search',
      wholeNumberFrom({ min: 1, max: 10_000 }),
      50,
    )
    .option('--target <list>', 'only these targets of the table, by commas', (text: string) =>
      text.split(','),
    )
    .addOption(
      new Option(
        '--devices <speeds>',
        'speeds such as 1,1,0.5, or a log-normal draw such as 32:lognormal:0.4',
      )
        .argParser(parseDeviceSpeeds)
        .default(oneDevice, 'one device of speed 1'),
    )
    .option(
      '--noise <share>',
      'relative standard deviation of a measured latency, for example 0.03',
      numberFrom({ min: 0, max: 1 }),
      0,
    )
    .option(
      '--proposal-ms <ms>',
      'simulated time that a proposal takes, one after the other',
      numberFrom({ min: 0, max: 3_600_000 }),
      0,
    )
    .option(
      '--stop-at <percent>',
      'end a run once it has this much of the true hypervolume',
      numberFrom({ min: 1, max: 100 }),
    )
    .option(
      '-o, --output <dir>',
      'write runs.csv, hypervolume.csv and <target>.svg into a new folder',
    )
    .option('--json', 'machine-readable output')
    .action((options: SimulateOptions) => simulate(options, terminal, workerFile));
}

async function simulate(
  options: SimulateOptions,
  terminal: Terminal,
  workerFile: string,
): Promise<void> {
  const table = readMeasurementTable(readCsvFile(options.table), options.table);
  const targets = chosenTargets(table, options);
  const { networks, leftOut } = recordingOf(table, options.space);
  refuseTooMuch(options, targets.length, networks.size);
  if (options.output !== undefined) await refuseFullFolder(options.output, '-o DIR');
  if (table.ignored.length > 0)
    terminal.note(`columns that are not used: ${table.ignored.join(', ')}`);
  terminal.note(
    `${table.rows.length} rows, ${networks.size} networks${leftOut === 0 ? '' : `; ${leftOut} rows left out, which the space does not admit`}`,
  );
  const results = await runAll(options, { table, targets, workerFile, terminal });
  if (options.output !== undefined)
    await writeWholeFolder(options.output, await filesOf(results), '-o DIR');
  terminal.print(
    jsonOr(
      options,
      {
        table: options.table,
        space: options.space ?? null,
        rows: table.rows.length,
        networks: networks.size,
        leftOut,
        conditions: conditionsOf(options, table),
        results,
      },
      () => formatResults(results),
    ),
  );
}

function chosenTargets(
  table: MeasurementTable,
  { target: asked, teacher }: SimulateOptions,
): readonly string[] {
  const named = [
    ...(asked ?? []).map((name) => ({ option: '--target', name })),
    ...(teacher === undefined ? [] : [{ option: '--teacher', name: teacher }]),
  ];
  for (const { option, name } of named) {
    if (!table.targets.includes(name))
      throw new BadInputError(
        `${option} ${name.slice(0, 80)}: not in the table; its targets are ${table.targets.join(', ')}`,
      );
  }
  const targets = table.targets.filter(
    (name) => name !== teacher && (asked === undefined || asked.includes(name)),
  );
  if (targets.length === 0)
    throw new BadInputError(
      `--teacher ${teacher ?? ''}: no other target is left to be taught; name one with --target`,
    );
  return targets;
}

function refuseTooMuch(
  { strategies, seeds, budget }: SimulateOptions,
  targets: number,
  networks: number,
): void {
  const measurements = targets * strategies.length * seeds * Math.min(budget, networks);
  if (measurements > mostMeasurements)
    throw new BadInputError(
      `${measurements} measurements in all; expected at most ${mostMeasurements}: lower --budget or --seeds, or choose fewer targets with --target`,
    );
}

function conditionsOf(
  { budget, noise, devices, proposalMs, stopAt, teacher, teacherMeasurements }: SimulateOptions,
  { targets }: MeasurementTable,
): SimulationConditions {
  const taught =
    teacher === undefined
      ? {}
      : { teacher: { target: targets.indexOf(teacher), measurements: teacherMeasurements } };
  return {
    budget,
    noise,
    devices,
    proposalMs,
    stopAtShare: stopAt === undefined ? Infinity : stopAt / 100,
    ...taught,
  };
}

interface Surroundings {
  readonly table: MeasurementTable;
  readonly targets: readonly string[];
  readonly workerFile: string;
  readonly terminal: Terminal;
}

/** Each target, each strategy, each seed. */
async function runAll(
  options: SimulateOptions,
  { table, targets, workerFile, terminal }: Surroundings,
): Promise<readonly SimulationResult[]> {
  const conditions = conditionsOf(options, table);
  const seeds = Array.from({ length: options.seeds }, (_, index) => options.firstSeed + index);
  const groups = targets.flatMap((target) =>
    options.strategies.map((strategy) => ({ target, strategy, done: 0 })),
  );
  const requests = groups.flatMap(({ target, strategy }) =>
    seeds.map((seed) => ({
      strategy: strategy.withSeed(seed),
      target: table.targets.indexOf(target),
      conditions,
    })),
  );
  const progress = startProgress(terminal);
  try {
    const runs = await runInThreads(
      workerFile,
      { table, space: options.space },
      requests,
      (index) => {
        const group = groups[Math.floor(index / seeds.length)];
        if (group === undefined) return;
        group.done += 1;
        progress.update(`${group.target} ${group.strategy.name}`, group.done, seeds.length, 'runs');
      },
    );
    return groups.map(({ target, strategy }, index) =>
      summarize(
        target,
        strategy.name,
        seeds.flatMap((seed, place) => {
          const run = runs[index * seeds.length + place];
          return run === undefined ? [] : [{ seed, ...run }];
        }),
      ),
    );
  } finally {
    progress.stop();
  }
}

async function filesOf(results: readonly SimulationResult[]): Promise<Map<string, string>> {
  const targets = [...new Set(results.map(({ target }) => target))];
  const charts = targets.map(
    async (target) =>
      [
        `${target}.svg`,
        await drawShares(
          target,
          results.filter((result) => result.target === target),
        ),
      ] as const,
  );
  return new Map([
    ['runs.csv', runsToCsv(results)],
    ['hypervolume.csv', sharesToCsv(results)],
    ...(await Promise.all(charts)),
  ]);
}

function parseStrategies(text: string): readonly NamedStrategy[] {
  const names = text.split(',');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new InvalidArgumentError(`"${repeated}" is listed twice; remove one`);
  return names.map(parseStrategy);
}
