import type { Genotype, Space } from '../../model/space/space';
import { BadInputError } from '../../common/bad_input';
import { assert } from '../../common/assert';
import type { RecordedTable, TableRow } from './table';

/** What was measured of a network, the mean over its rows. */
export interface RecordedNetwork {
  readonly errorPercent: number;
  /** In the order of the table's targets. */
  readonly latenciesMs: readonly number[];
}

/** A table as a search sees it: a space of the networks that are in it, and what each would measure. */
export interface Recording {
  readonly space: Space;
  /** By the space's names. */
  readonly networks: ReadonlyMap<string, RecordedNetwork>;
  /** Rows whose architecture the space does not admit. */
  readonly leftOut: number;
}

/** The network of each row has a name: that of its first row. */
interface NamedRow {
  readonly row: TableRow;
  /** By the space; equal names are one network. */
  readonly name: string;
}

/** Reads the architectures as those of `space`, which knows their cost. @throws BadInputError for a string that is none */
export function recordingOfSpace(table: RecordedTable, space: Space): Recording {
  const named = table.rows.flatMap((row): NamedRow[] => {
    const name = space.architectureOf(readGenotype(row, space, table.source));
    return name === undefined ? [] : [{ row, name }];
  });
  if (named.length === 0)
    throw new BadInputError(
      `${table.source}: none of its architectures is a network of the space ${space.name}; check --space`,
    );
  const { representatives, networks, descriptors } = join(named, ({ row }) =>
    space.featuresOf(row.architecture),
  );
  const genotypeOf = (architecture: string): Genotype => space.genotypeOf(architecture);
  const recorded: Space = {
    name: space.name,
    choices: space.choices,
    genotypeOf,
    featuresOf: (architecture) => descriptors.get(architecture) ?? space.featuresOf(architecture),
    ...listed(networks, genotypeOf),
    architectureOf: (genotype) => {
      const name = space.architectureOf(genotype);
      return name === undefined ? undefined : representatives.get(name);
    },
  };
  return { space: recorded, networks, leftOut: table.rows.length - named.length };
}

/** The columns `x_…` are the choices, their distinct values the options; what is not in the table is no network. @throws BadInputError */
export function recordingOfChoices(table: RecordedTable): Recording {
  if (table.choices.length === 0)
    throw new BadInputError(
      `${table.source}: line 1: no column x_0; expected a column for each choice, or the space of the architectures with --space`,
    );
  const options = table.choices.map((_, position) =>
    sortedOptions(table.rows.map(({ choices }) => choices[position] ?? '')),
  );
  const rowOf = new Map<string, TableRow>();
  const genotypes = new Map<string, Genotype>();
  for (const row of table.rows) {
    const genotype = row.choices.map((choice, position) => options[position]?.get(choice) ?? 0);
    const earlier = rowOf.get(genotype.join());
    if (earlier !== undefined)
      throw new BadInputError(
        `${table.source}: line ${row.line}, column ${table.choices[0] ?? ''}: the same choices as line ${earlier.line}; keep one of them`,
      );
    rowOf.set(genotype.join(), row);
    genotypes.set(row.architecture, genotype);
  }
  const { representatives, networks, descriptors } = join(
    table.rows.map((row) => ({ row, name: row.architecture })),
    ({ row }) => row.descriptors,
  );
  const genotypeOf = (architecture: string): Genotype => {
    const genotype = genotypes.get(architecture);
    if (genotype === undefined)
      throw new BadInputError(
        `architecture "${architecture.slice(0, 80)}": the table ${table.source} has no row of it`,
      );
    return genotype;
  };
  const space: Space = {
    name: table.source,
    choices: options.map(({ size }) => size),
    architectureOf: (genotype) =>
      representatives.get(rowOf.get(genotype.join())?.architecture ?? ''),
    genotypeOf,
    featuresOf: (architecture) => descriptors.get(architecture) ?? new Float64Array(),
    ...listed(networks, genotypeOf),
  };
  return { space, networks, leftOut: 0 };
}

/** Only what is in the table is drawn, however few of the genotypes that are. */
function listed(
  networks: ReadonlyMap<string, RecordedNetwork>,
  genotypeOf: (architecture: string) => Genotype,
): Pick<Space, 'names' | 'draw'> {
  const names = [...networks.keys()].sort();
  return {
    names: () => names,
    draw: (random) => {
      const name = names[random.below(names.length)];
      assert(name !== undefined, 'a table has networks');
      return genotypeOf(name);
    },
  };
}

function readGenotype(row: TableRow, space: Space, source: string): Genotype {
  try {
    return space.genotypeOf(row.architecture);
  } catch (error) {
    if (error instanceof BadInputError)
      throw new BadInputError(`${source}: line ${row.line}, column arch: ${error.message}`);
    throw error;
  }
}

/** Numbers by size, everything else as text; so that options do not depend on the order of rows. */
function sortedOptions(values: readonly string[]): ReadonlyMap<string, number> {
  const distinct = [...new Set(values)];
  const areNumbers = distinct.every((value) => Number.isFinite(Number(value)));
  distinct.sort((a, b) =>
    areNumbers && Number(a) !== Number(b) ? Number(a) - Number(b) : a < b ? -1 : 1,
  );
  return new Map(distinct.map((value, index) => [value, index]));
}

interface JoinedRows {
  /** For each name that of its network. */
  readonly representatives: ReadonlyMap<string, string>;
  readonly networks: ReadonlyMap<string, RecordedNetwork>;
  readonly descriptors: ReadonlyMap<string, Float64Array>;
}

/** What was measured of a network is the mean over its rows, spelled as they are; so is what describes it. */
function join(named: readonly NamedRow[], describe: (named: NamedRow) => Float64Array): JoinedRows {
  const all = groupsOf(named).map((members) => ({
    members,
    representative: members[0]?.name ?? '',
  }));
  return {
    representatives: new Map(
      all.flatMap(({ members, representative }) =>
        members.map(({ name }) => [name, representative] as const),
      ),
    ),
    networks: new Map(
      all.map(({ members, representative }) => [
        representative,
        meanOf(members.map(({ row }) => row)),
      ]),
    ),
    descriptors: new Map(
      all.map(({ members, representative }) => [
        representative,
        Float64Array.from(means(members.map(describe))),
      ]),
    ),
  };
}

/** Rows are one network when they have a name or a class in common: a union of disjoint sets. */
function groupsOf(named: readonly NamedRow[]): readonly (readonly NamedRow[])[] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let at = key;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) {
      parents.set(at, parents.get(parent) ?? parent);
      at = parent;
    }
    return at;
  };
  for (const { row, name } of named) {
    if (row.networkClass === undefined) continue;
    const [own, other] = [rootOf(`name ${name}`), rootOf(`class ${row.networkClass}`)];
    if (own !== other) parents.set(own, other);
  }
  const groups = new Map<string, NamedRow[]>();
  for (const each of named) {
    const root = rootOf(`name ${each.name}`);
    const members = groups.get(root) ?? [];
    members.push(each);
    groups.set(root, members);
  }
  return [...groups.values()];
}

function meanOf(rows: readonly TableRow[]): RecordedNetwork {
  const [accuracyPercent = 0] = means(rows.map((row) => [row.accuracyPercent]));
  return {
    errorPercent: 100 - accuracyPercent,
    latenciesMs: means(rows.map(({ latenciesMs }) => latenciesMs)),
  };
}

function means(rows: readonly ArrayLike<number>[]): number[] {
  return Array.from(
    { length: rows[0]?.length ?? 0 },
    (_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length,
  );
}
