import { circlesOf, type Graph } from './circles';
import type { SourceFile } from './source_tree';

export function importGraph(files: readonly SourceFile[]): Graph {
  return new Map(files.map((file) => [file.path, new Set(file.imports)]));
}

/** All files that `from` reaches by imports, itself included, each with the one that led there. */
export function reachedFrom(
  graph: Graph,
  from: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const reached = new Map<string, string | undefined>(from.map((each) => [each, undefined]));
  for (const [file] of reached)
    for (const next of graph.get(file) ?? []) if (!reached.has(next)) reached.set(next, file);
  return reached;
}

/**
 * Circles as they are seen on a drawing of each folder, where its files and its folders are the nodes: so that no
 * two rooms need each other, at whatever height one looks.
 */
export function circlesOfRooms(files: readonly SourceFile[]): readonly string[] {
  return foldersOf(files).flatMap((folder) => {
    const rooms = new Map<string, Set<string>>();
    for (const file of files) {
      const room = roomIn(folder, file.path);
      if (room === undefined) continue;
      const imported = rooms.get(room) ?? new Set();
      rooms.set(room, imported);
      for (const each of file.imports) {
        const other = roomIn(folder, each);
        if (other !== undefined && other !== room) imported.add(other);
      }
    }
    return circlesOf(rooms).map(
      (circle) => `${folder === '' ? '.' : folder}: ${circle.join(', ')}`,
    );
  });
}

function foldersOf(files: readonly SourceFile[]): readonly string[] {
  const folders = new Set(['']);
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}

function roomIn(folder: string, path: string): string | undefined {
  if (folder === '') return path.split('/')[0];
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0] : undefined;
}
