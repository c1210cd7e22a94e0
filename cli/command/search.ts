import { Option, type Command } from 'commander';
import { withYamlFields } from '../../platform/config/yaml';
import { readYamlText } from '../../platform/config/yaml_file';
import type { SearchStatus } from '../../proto/codec/search_status';
import { withInlinedCoefficients } from '../input/inlined_coefficients';
import { withInlinedSpace } from '../input/inlined_space';
import { wholeNumberFrom } from '../input/number_option';
import type { FarmClient } from '../link/farm_client';
import { describeStatement } from '../output/accuracy_statement';
import { formatFronts, frontsToCsv } from '../output/front';
import { jsonOr, type JsonOption } from '../output/json_or';
import { describeSearch, describeSearches } from '../output/search_table';
import { isWideTable, type Terminal } from '../output/terminal';
import { exportModel } from '../search/export_model';
import { watchAndReport } from '../search/watch_and_report';
import { withFarm } from './connection';
import { registerExtend } from './search_extend';
import { registerFleetFront } from './search_fleet_front';
import { registerSimulate } from './search_simulate';

/** What a new target of a known kind needs at most (docs/benchmarks.md). */
const onboardingMeasurements = 20;
/** As a specification allows. */
const largestBudget = 1_000_000;

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
        const text = withInlinedCoefficients(
          withInlinedSpace(readYamlText(specPath), specPath),
          specPath,
        );
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
    .option('--target <target>', 'of which target, where they have different files')
    .option('--json', 'machine-readable output')
    .action(
      async (
        searchId: string,
        architecture: string,
        options: JsonOption & { output: string; target?: string },
        command: Command,
      ) => {
        const exported = await withFarm(command, (farm) =>
          exportModel(farm, { searchId, architecture, target: options.target }, options.output),
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
