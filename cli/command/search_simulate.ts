import path from 'node:path';
import type { Command } from 'commander';
import { readMeasurementTable, type RecordedTable } from '../../search/simulate/table';
import { readCsvFile } from '../input/csv_file';
import { refuseFullFolder, writeWholeFolder } from '../output/whole_file';
import { startProgress } from '../output/progress';
import type { Terminal } from '../output/terminal';
import { recordingOf } from '../simulate/recorded_space';
import { addSimulateOptions, type SimulateOptions } from '../simulate/simulate_options';
import { drawShares } from '../simulate/simulation_chart';
import { chosenTargets, conditionsOf, refuseTooMuch } from '../simulate/simulation_plan';
import { formatResults, runsToCsv, sharesToCsv } from '../simulate/simulation_report';
import { summarize, type SimulationResult } from '../simulate/simulation_result';
import { runInThreads } from '../simulate/simulation_threads';
import { jsonOr } from '../output/json_or';

/** `workerFile` is the compiled simulation_worker. */
export function registerSimulate(
  search: Command,
  terminal: Terminal,
  workerFile = path.join(__dirname, '../simulate/simulation_worker.js'),
): void {
  const command = search
    .command('simulate')
    .description(
      'try strategies on recorded measurements, by a simulated clock (docs/search.md says what the table holds)',
    );
  addSimulateOptions(command).action((options: SimulateOptions) =>
    simulate(options, terminal, workerFile),
  );
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

interface Surroundings {
  readonly table: RecordedTable;
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
