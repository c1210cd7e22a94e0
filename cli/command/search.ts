import type { ExportedModelFacts } from '../../proto/codec/front';
import type { SearchStatus } from '../../proto/codec/search_status';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { systemClock } from '../../platform/time/clock';
import { withYamlFields } from '../../platform/config/yaml';
import { readYamlText } from '../../platform/config/yaml_file';
import { withInlinedSpace } from '../input/inlined_space';
import { wholeNumberFrom } from '../input/number_option';
import type { FarmClient } from '../link/farm_client';
import { createFolder } from '../output/folder';
import { formatFronts, frontsToCsv } from '../output/front';
import { describeStatement } from '../output/accuracy_statement';
import { createLoggedWatcher, createRedrawnWatcher } from '../output/search_watcher';
import { describeBudget } from '../output/spending';
import { formatTable } from '../output/table';
import { writeWholeFile } from '../output/whole_file';
import { isWideTable, processScreen, type Terminal } from '../output/terminal';
import { jsonOr, withFarm } from './connection';
import { registerExtend } from './search_extend';
import { registerFleetFront } from './search_fleet_front';
import { registerSimulate } from './search_simulate';

/** What a new target of a known kind needs at most (docs/benchmarks.md). */
const onboardingMeasurements = 20;
/** As a specification allows. */
const largestBudget = 1_000_000;

/** A model that was written, and the file of what is known of it. */
type ExportedFile = Omit<ExportedModelFacts, 'artifact'> & {
  readonly file: string;
  readonly facts: string;
};

interface JsonOption {
  readonly json?: boolean;
}

export function registerSearch(program: Command, terminal: Terminal): void {
  const search = program
    .command('search')
    .description('searches: create, follow, steer, and read their fronts');
  search
    .command('create <spec.yaml>')
    .description('start a search (docs/search.md says what the file holds)')
    .option('--watch', 'follow it until it ends, then print its fronts')
    .option('--fresh', 'measure again what was measured before')
    .option('--json', 'machine-readable output')
    .action(
      async (
        specPath: string,
        options: JsonOption & { watch?: boolean; fresh?: boolean },
        command: Command,
      ) => {
        const text = withInlinedSpace(readYamlText(specPath), specPath);
        const specYaml = options.fresh === true ? withYamlFields(text, { fresh: true }) : text;
        await withFarm(command, async (farm) => {
          const created = await farm.createSearch(specYaml, specPath);
          await announce(farm, created, options, terminal);
        });
      },
    );
  search
    .command('watch <id>')
    .description('follow a search until it ends, then print its fronts')
    .option('--json', 'machine-readable output')
    .action((searchId: string, options: JsonOption, command: Command) =>
      withFarm(command, (farm) => watchAndReport(farm, searchId, options, terminal)),
    );
  registerOnboard(search, terminal);
  registerReading(search, terminal);
  registerSteering(search, terminal);
  registerFleetFront(search, terminal);
  registerExtend(search, terminal);
  registerSimulate(search, terminal);
}

/** Says that a search was created; with `watch`, follows it. */
async function announce(
  farm: FarmClient,
  { searchId, ...rest }: SearchStatus,
  options: JsonOption & { watch?: boolean },
  terminal: Terminal,
): Promise<void> {
  if (options.watch !== true) {
    terminal.print(
      jsonOr(
        options,
        { searchId, ...rest },
        () => `search ${searchId} created; follow it with: farm search watch ${searchId}`,
      ),
    );
    return;
  }
  terminal.note(
    `search ${searchId} created; interrupt freely, it goes on (farm search watch ${searchId})`,
  );
  await watchAndReport(farm, searchId, options, terminal);
}

function registerOnboard(search: Command, terminal: Terminal): void {
  search
    .command('onboard <id...>')
    .description(
      'search for a new target with few measurements: learn from what earlier searches measured on theirs',
    )
    .requiredOption('--target <target>', 'the new target, <pool>/<runtime>/<unit>/<precision>')
    .option(
      '--measurements <n>',
      'measurements on it',
      wholeNumberFrom({ min: 1, max: largestBudget }),
      onboardingMeasurements,
    )
    .option('--watch', 'follow it until it ends, then print its front')
    .option('--json', 'machine-readable output')
    .action(
      async (
        searchIds: string[],
        options: JsonOption & { watch?: boolean; target: string; measurements: number },
        command: Command,
      ) =>
        withFarm(command, async (farm) =>
          announce(
            farm,
            await farm.onboard(searchIds, options.target, options.measurements),
            options,
            terminal,
          ),
        ),
    );
}

function registerReading(search: Command, terminal: Terminal): void {
  search
    .command('list')
    .description('all searches')
    .option('--json', 'machine-readable output')
    .action(async (options: JsonOption, command: Command) => {
      const searches = await withFarm(command, (farm) => farm.listSearches());
      terminal.print(
        jsonOr(options, searches, () =>
          searches.length === 0
            ? 'no searches yet; start one with: farm search create SPEC.yaml'
            : describeSearches(searches),
        ),
      );
    });
  search
    .command('show <id>')
    .description('the state of one search')
    .option('--json', 'machine-readable output')
    .action(async (searchId: string, options: JsonOption, command: Command) => {
      const found = await withFarm(command, (farm) => farm.getSearch(searchId));
      terminal.print(jsonOr(options, found, () => describeSearch(found)));
    });
  search
    .command('front <id>')
    .description('the non-dominated networks of each target')
    .option('--target <target>', 'only this target')
    .option('--wide', 'with sessions, runs, threads and temperatures, as on a wide terminal')
    .addOption(new Option('--csv', 'as CSV, one row for each network').conflicts('json'))
    .option('--json', 'machine-readable output')
    .action(
      async (
        searchId: string,
        options: JsonOption & { target?: string; csv?: boolean; wide?: boolean },
        command: Command,
      ) => {
        const fronts = await withFarm(command, (farm) => farm.fronts(searchId, options.target));
        terminal.print(
          options.csv === true
            ? frontsToCsv(fronts).slice(0, -1)
            : jsonOr(options, fronts, () =>
                formatFronts(fronts, { isWide: isWideTable(options, terminal) }),
              ),
        );
      },
    );
  search
    .command('export <id> <architecture>')
    .description(
      'write the int8 model of a measured architecture, named as such or by its hash, and what is known of it',
    )
    .requiredOption('-o, --output <dir>', 'folder to write to')
    .option('--json', 'machine-readable output')
    .action(
      async (
        searchId: string,
        architecture: string,
        options: JsonOption & { output: string },
        command: Command,
      ) => {
        const exported = await withFarm(command, (farm) =>
          exportModel(farm, searchId, architecture, options.output),
        );
        terminal.print(jsonOr(options, exported, () => exported.file));
        terminal.note(`accuracy ${exported.accuracy.toFixed(2)} %; ${describeStatement(exported)}`);
      },
    );
}

function registerSteering(search: Command, terminal: Terminal): void {
  const steer = (
    name: 'pause' | 'resume' | 'stop',
    description: string,
    act: (farm: FarmClient, searchId: string) => Promise<SearchStatus>,
  ): void => {
    search
      .command(`${name} <id>`)
      .description(description)
      .option('--json', 'machine-readable output')
      .action(async (searchId: string, options: JsonOption, command: Command) => {
        const changed = await withFarm(command, (farm) => act(farm, searchId));
        terminal.print(jsonOr(options, changed, () => `search ${searchId} ${changed.state}`));
      });
  };
  steer('pause', 'start no new measurement until resumed', (farm, searchId) =>
    farm.pauseSearch(searchId),
  );
  steer('resume', 'go on with a paused search', (farm, searchId) => farm.resumeSearch(searchId));
  steer('stop', 'end a search for good; what was measured is kept', (farm, searchId) =>
    farm.stopSearch(searchId),
  );
}

/** Follows a search to its end on standard error, then prints its fronts on standard output. */
export async function watchAndReport(
  farm: FarmClient,
  searchId: string,
  options: JsonOption,
  terminal: Terminal,
): Promise<void> {
  const watcher = terminal.interactive
    ? createRedrawnWatcher(processScreen)
    : createLoggedWatcher(terminal.note, () => systemClock.nowMs());
  try {
    for await (const state of farm.watchSearch(searchId)) watcher.show(state);
  } finally {
    watcher.finish();
  }
  const [last, fronts] = await Promise.all([farm.getSearch(searchId), farm.fronts(searchId)]);
  terminal.note(`search ${searchId} ${last.state}`);
  terminal.print(
    jsonOr(options, fronts, () => formatFronts(fronts, { isWide: isWideTable({}, terminal) })),
  );
}

/** Downloads the int8 model of `architecture`, and tells what is known of it beside the file; both are named by its digest, so a repetition writes the same. */
export async function exportModel(
  farm: FarmClient,
  searchId: string,
  architecture: string,
  folder: string,
): Promise<ExportedFile> {
  const { artifact, ...known } = await farm.exportModel(searchId, architecture);
  await createFolder(folder, '-o DIR');
  const stem = path.join(folder, `${artifact.digest.slice(0, 16)}.int8`);
  const file = `${stem}.${artifact.format}`;
  await pipeline(farm.download(artifact.digest), createWriteStream(file));
  const facts = {
    searchId,
    ...known,
    artifactDigest: artifact.digest,
    sizeBytes: artifact.sizeBytes,
  };
  await writeWholeFile(`${stem}.json`, `${JSON.stringify(facts, null, 2)}\n`, '-o DIR');
  return { file, facts: `${stem}.json`, ...known };
}

function describeSearches(searches: readonly SearchStatus[]): string {
  const rows = searches.map((each) => {
    const measured = each.targets.reduce((sum, target) => sum + target.measured, 0);
    const budgets = each.targets.flatMap(({ budget }) => budget ?? []);
    const total = each.budgetShared
      ? (budgets[0] ?? 0)
      : budgets.reduce((sum, budget) => sum + budget, 0);
    const budget = budgets.length === each.targets.length ? `/${String(total)}` : '';
    return [
      each.searchId,
      each.state,
      each.name,
      each.space,
      each.strategy,
      `${String(measured)}${budget}`,
      new Date(each.createdAtMs).toISOString(),
    ];
  });
  return formatTable(['SEARCH', 'STATE', 'NAME', 'SPACE', 'STRATEGY', 'MEASURED', 'CREATED'], rows);
}

function describeSearch(search: SearchStatus): string {
  const count = (value: number): { value: number; decimals: number } => ({ value, decimals: 0 });
  const rows = search.targets.map((each) => [
    each.virtualMeasurements > 0 ? `${each.target} (virtual)` : each.target,
    describeBudget(each, search.wallMinutes),
    count(each.reused),
    count(each.inFlight),
    count(each.infeasible),
    count(each.abandoned),
    each.confirming === 0
      ? String(each.confirmed)
      : `${String(each.confirmed)}/${String(each.confirmed + each.confirming)}`,
    { value: each.hypervolume, decimals: 4 },
    { value: each.frontHypervolume, decimals: 4 },
    count(each.frontSize),
  ]);
  return [
    describeSearches([search]),
    '',
    formatTable(
      [
        'TARGET',
        'SPENT',
        'REUSED',
        'RUNNING',
        'INFEASIBLE',
        'ABANDONED',
        'CONFIRMED',
        'HYPERVOLUME',
        'OF THE FRONT NOW',
        'FRONT',
      ],
      rows,
    ),
  ].join('\n');
}
