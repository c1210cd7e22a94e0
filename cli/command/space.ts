import type { Command } from 'commander';
import { createRandom } from '../../common/random';
import { parseTarget, type Target } from '../../common/target';
import { formatYaml } from '../../platform/config/yaml';
import type { LayerCost } from '../../model/block/network_cost';
import { architectureNames } from '../../model/space/architecture_names';
import { sampleArchitecture } from '../../model/space/genotype';
import { loadSpace, shippedSpaceNames } from '../../model/space/load_space';
import { shortHash, type NetworkSpace } from '../../model/space/network_space';
import type { Position } from '../../model/space/space';
import { spaceJsonSchema } from '../../model/space/space_document';
import { wholeNumberFrom } from '../input/number_option';
import { formatTable, type TableCell } from '../output/table';
import type { Terminal } from '../output/terminal';
import { jsonOr } from '../output/json_or';
import { registerSpaceBuild } from './space_build';

interface SpaceOptions {
  readonly json?: boolean;
  readonly target?: Target;
  readonly accuracyTemplate?: boolean;
}

const mostSamples = 100_000;

export function registerSpace(program: Command, terminal: Terminal): void {
  const space = program
    .command('space')
    .description('search spaces: what they hold, and networks built from them (docs/spaces.md)');
  space
    .command('list')
    .description('the spaces that come with the program')
    .option('--json', 'machine-readable output')
    .action((options: SpaceOptions) => {
      const spaces = shippedSpaceNames()
        .map(loadSpace)
        .map((each) => ({
          name: each.name,
          networks: String(each.summarize().networks),
          description: each.description,
        }));
      terminal.print(
        jsonOr(options, spaces, () =>
          formatTable(
            ['SPACE', 'NETWORKS', 'DESCRIPTION'],
            spaces.map((each) => [each.name, each.networks, each.description]),
          ),
        ),
      );
    });
  space
    .command('show <space> [architecture]')
    .description(
      'choices, rules, counts and ranges of a shipped space or a YAML file; or one of its networks, by its architecture or its hash',
    )
    .option('--target <target>', 'count only what its rules permit on this target', parseTarget)
    .option(
      '--accuracy-template',
      'print instead what a search takes as the accuracy of its networks, to be filled in (docs/search.md)',
    )
    .option('--json', 'machine-readable output')
    .action((nameOrPath: string, text: string | undefined, options: SpaceOptions) => {
      const found = loadSpace(nameOrPath);
      if (text !== undefined)
        terminal.print(
          jsonOr(options, describeNetwork(found, text), () =>
            formatNetwork(describeNetwork(found, text)),
          ),
        );
      else if (options.accuracyTemplate === true)
        terminal.print(
          jsonOr(options, accuracyTemplate(found), () =>
            formatYaml(accuracyTemplate(found)).trimEnd(),
          ),
        );
      else
        terminal.print(
          jsonOr(options, toJson(found, options.target), () => describe(found, options.target)),
        );
    });
  space
    .command('schema')
    .description("the JSON Schema of a space's YAML")
    .action(() => terminal.print(JSON.stringify(spaceJsonSchema(), null, 2)));
  registerSample(space, terminal);
  registerSpaceBuild(space, terminal);
}

function registerSample(space: Command, terminal: Terminal): void {
  space
    .command('sample <space>')
    .description('random architectures with their cost')
    .option('-n, --count <n>', 'how many', wholeNumberFrom({ min: 1, max: mostSamples }), 5)
    .option('--seed <text>', 'equal seeds give equal architectures', '1')
    .option('--target <target>', 'only what the rules permit on this target', parseTarget)
    .option('--json', 'machine-readable output')
    .action((nameOrPath: string, options: SpaceOptions & { count: number; seed: string }) => {
      const found = loadSpace(nameOrPath);
      const permitted = permittedOn(found, options.target);
      const random = createRandom(options.seed);
      const architectures = Array.from({ length: options.count }, () =>
        sampleArchitecture(permitted, random),
      );
      const rows = architectures.map((architecture) => ({
        architecture,
        hash: found.hashOf(architecture),
        ...found.costOf(architecture),
      }));
      terminal.print(
        jsonOr(options, rows, () =>
          formatTable(
            ['HASH', 'MACS M', 'PARAMETERS M', 'ARCHITECTURE'],
            rows.map((row) => [shortHash(row.hash), ...costCells(row), row.architecture]),
          ),
        ),
      );
    });
}

/** What the rules permit on the target, or all. */
function permittedOn(space: NetworkSpace, target: Target | undefined): NetworkSpace {
  return target === undefined ? space : space.within({ targets: [target], forbidden: [] });
}

/** An accuracy source of a search in which every option adds nothing yet. */
function accuracyTemplate({ positions }: NetworkSpace): unknown {
  const options = positions.map(({ name, values }) => [
    name,
    Object.fromEntries(values.map((value) => [String(value), 0])),
  ]);
  return {
    accuracy: { kind: 'additive', base: 0, options: Object.fromEntries(options) as unknown },
  };
}

/** One network of the space; its accuracy is known to a search only. */
function describeNetwork(
  space: NetworkSpace,
  text: string,
): { readonly architecture: string; readonly hash: string } & Pick<
  LayerCost,
  'macs' | 'parameters'
> {
  const architecture = space.canonical(architectureNames(space)(text));
  const { macs, parameters } = space.costOf(architecture);
  return { architecture, hash: space.hashOf(architecture), macs, parameters };
}

function formatNetwork({
  architecture,
  hash,
  macs,
  parameters,
}: ReturnType<typeof describeNetwork>): string {
  return [
    `architecture  ${architecture}`,
    `hash          ${hash}`,
    `MACs          ${(macs / 1e6).toFixed(2)} M`,
    `parameters    ${(parameters / 1e6).toFixed(3)} M`,
  ].join('\n');
}

function costCells({
  macs,
  parameters,
}: Pick<LayerCost, 'macs' | 'parameters'>): readonly TableCell[] {
  return [
    { value: macs / 1e6, decimals: 1 },
    { value: parameters / 1e6, decimals: 3 },
  ];
}

function toJson(space: NetworkSpace, target: Target | undefined): unknown {
  const { options, networks, least, most } = permittedOn(space, target).summarize();
  return {
    name: space.name,
    description: space.description,
    positions: space.positions,
    rules: space.rules,
    options: String(options),
    networks: String(networks),
    least,
    most,
  };
}

function describe(space: NetworkSpace, target: Target | undefined): string {
  const { options, networks, least, most } = permittedOn(space, target).summarize();
  const million = (value: number): string => (value / 1e6).toFixed(2);
  return [
    `${space.name}: ${space.description}`,
    '',
    choiceTable(space.positions),
    ...(space.rules.length === 0
      ? []
      : ['', 'forbidden:', ...space.rules.map((rule) => `  ${rule}`)]),
    '',
    `architectures  ${String(options)}`,
    `networks       ${String(networks)} that differ`,
    `MACs           ${million(least.macs)} M to ${million(most.macs)} M`,
    `parameters     ${million(least.parameters)} M to ${million(most.parameters)} M`,
  ].join('\n');
}

/** A row for each block, a column for each dimension; the edges of a cell have one column. */
function choiceTable(positions: readonly Position[]): string {
  const split = positions.map(({ name, values }) => {
    const [row = '', heading = 'choices'] = name.split('.');
    return { row, heading, text: values.join(',') };
  });
  const headings = [...new Set(split.map(({ heading }) => heading))];
  const rows = [...new Set(split.map(({ row }) => row))];
  return formatTable(
    ['', ...headings.map((heading) => heading.toUpperCase())],
    rows.map((row) => [
      row,
      ...headings.map(
        (heading) => split.find((each) => each.row === row && each.heading === heading)?.text ?? '',
      ),
    ]),
  );
}
