import { circlesOfRooms, importGraph, reachedFrom } from './import_graph';
import type { SourceFile, SourceTree } from './source_tree';

/** Pure in all that they reach: time, chance and input come as arguments. */
const pureFolders = ['common/', 'search/', 'coordinator/schedule/'];
/** Libraries that compute from their arguments alone. */
const pureModules = new Set(['immutable', 'yaml', 'zod']);

/** Names that two files may declare, and why. */
const permittedPairs: ReadonlyMap<string, string> = new Map([]);

export const limits = { fileLines: 300, functionLines: 70, walkFiles: 20, testsPerSource: 0.75 };

/** Who may import whom, as the linter has it. */
export type ImportTable = Readonly<Record<string, readonly string[]>>;

/** What is broken, one line each; none when all holds. */
export function brokenRules(
  tree: SourceTree,
  { architecture, imports }: { readonly architecture: string; readonly imports: ImportTable },
): readonly string[] {
  return [
    ...circlesOfRooms(tree.sources).map((circle) => `import circle in ${circle}`),
    ...impurities(tree.sources),
    ...namesWithTwoMeanings(tree.sources),
    ...brokenWalk(tree.sources, architecture),
    ...tooFewTests(tree),
    ...circularTable(imports),
    ...untoldFolders(imports, architecture),
  ];
}

export function impurities(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const roots = files
    .map(({ path }) => path)
    .filter((path) => pureFolders.some((folder) => path.startsWith(folder)));
  const reached = reachedFrom(importGraph(files), roots);
  return [...reached.keys()].flatMap((path) => {
    const file = byPath.get(path);
    const causes = [
      ...(file?.modules ?? []).filter((module) => !pureModules.has(module)),
      ...(file?.surroundings ?? []),
    ];
    return causes.map(
      (cause) => `${wayTo(path, reached)} uses ${cause}, but ${pureFolders.join(' and ')} are pure`,
    );
  });
}

function wayTo(path: string, reached: ReadonlyMap<string, string | undefined>): string {
  const way = [path];
  for (let from = reached.get(path); from !== undefined; from = reached.get(from))
    way.unshift(from);
  return way.join(' → ');
}

export function namesWithTwoMeanings(files: readonly SourceFile[]): readonly string[] {
  const declared = new Map<string, string[]>();
  for (const { path, typeNames } of files)
    for (const name of typeNames) declared.set(name, [...(declared.get(name) ?? []), path]);
  return [...declared]
    .filter(([name, paths]) => paths.length > 1 && !permittedPairs.has(name))
    .map(([name, paths]) => `type ${name} is declared more than once: ${paths.join(', ')}`);
}

/** The files that the walk of a candidate names in ARCHITECTURE.md, in its order. */
export function walkOf(architecture: string): readonly string[] {
  const section = /^## The walk of a candidate$(.*?)^## /ms.exec(architecture)?.[1] ?? '';
  return [...new Set([...section.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path]) => path ?? ''))];
}

function brokenWalk(files: readonly SourceFile[], architecture: string): readonly string[] {
  const walk = walkOf(architecture);
  const known = new Set(files.map(({ path }) => path));
  const tooMany = walk.length > limits.walkFiles || walk.length === 0;
  return [
    ...walk
      .filter((path) => !known.has(path))
      .map((path) => `ARCHITECTURE.md: the walk of a candidate names ${path}, which is not there`),
    ...(tooMany
      ? [
          `ARCHITECTURE.md: the walk of a candidate has ${walk.length} files; expected 1 to ${limits.walkFiles}`,
        ]
      : []),
  ];
}

export function testsPerSource({ sources, tests }: SourceTree): number {
  const sum = (files: readonly SourceFile[]): number =>
    files.reduce((total, { lines }) => total + lines, 0);
  return sum(tests) / sum(sources);
}

function tooFewTests(tree: SourceTree): readonly string[] {
  const share = testsPerSource(tree);
  return share >= limits.testsPerSource
    ? []
    : [
        `${share.toFixed(3)} lines of tests for each line of source; expected ${limits.testsPerSource} or more`,
      ];
}

function circularTable(imports: ImportTable): readonly string[] {
  const reached = (folder: string, seen = new Set<string>()): Set<string> => {
    for (const next of new Map(Object.entries(imports)).get(folder) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reached(next, seen);
    }
    return seen;
  };
  return Object.keys(imports)
    .filter((folder) => reached(folder).has(folder))
    .map((folder) => `import_table.json: it lets ${folder} reach itself`);
}

function untoldFolders(imports: ImportTable, architecture: string): readonly string[] {
  const section = /^## Who may import whom$(.*?)^## /ms.exec(architecture)?.[1] ?? '';
  return Object.keys(imports)
    .filter((folder) => !section.includes(`\`${folder}/\``))
    .map((folder) => `ARCHITECTURE.md: "Who may import whom" has no row for ${folder}/`);
}
