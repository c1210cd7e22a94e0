import { circlesOfRooms } from './import_graph';
import { limits, namesWithTwoMeanings, testsPerSource, walkOf } from './rules';
import type { SourceTree } from './source_tree';

/** The table "Structure" of ARCHITECTURE.md: lines as Prettier formats them, without generated files. */
export function structureTable(tree: SourceTree, architecture: string): string {
  const { sources } = tree;
  const files = sources.map(({ lines }) => lines);
  const functions = sources.flatMap((file) => file.functions.map(({ lines }) => lines));
  const total = files.reduce((sum, lines) => sum + lines, 0);
  const casts = sources.reduce((sum, file) => sum + file.casts, 0);
  const rows: readonly (readonly [string, string, string])[] = [
    ['source files, lines', `${files.length}, ${total}`, ''],
    ['lines of a file: median, 90th percentile, most', spread(files), `${limits.fileLines}`],
    ['lines of a function', spread(functions), `${limits.functionLines}`],
    [
      'import circles, type-only imports and folders included',
      `${circlesOfRooms(sources).length}`,
      '0',
    ],
    ['type names declared twice', `${namesWithTwoMeanings(sources).length}`, '0'],
    ['casts in 1,000 lines', ((casts / total) * 1000).toFixed(2), ''],
    ['exports without a reader (knip)', '0', '0'],
    ['files on the walk of a candidate', `${walkOf(architecture).length}`, `${limits.walkFiles}`],
    [
      'lines of tests for a line of source',
      testsPerSource(tree).toFixed(2),
      `at least ${limits.testsPerSource}`,
    ],
  ];
  return [
    '| measure | now | limit |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return `${at(0.5)}, ${at(0.9)}, ${at(1)}`;
}

const begin = '<!-- made by npm run structure -->';
const end = '<!-- end -->';

/** ARCHITECTURE.md with the table in its place. */
export function withTable(architecture: string, table: string): string {
  const from = architecture.indexOf(begin);
  const to = architecture.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`ARCHITECTURE.md: expected the lines ${begin} and ${end} around the table`);
  return `${architecture.slice(0, from + begin.length)}\n\n${table}\n\n${architecture.slice(to)}`;
}
