import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readManifest, type ToolManifest } from './tool_manifest';
import { fetchedTools, type FetchedTool } from './tool_source';

/** A fetched version of a tool. */
export interface InstalledTool {
  readonly folder: string;
  readonly manifest: ToolManifest;
}

export interface ToolCache {
  /** By tool; what was fetched last comes first. */
  readonly installed: readonly InstalledTool[];
  /** Folders that are no complete tool: something changed them since. */
  readonly broken: readonly string[];
}

/** Where fetched tools are kept, for all checkouts and agents of a user. */
export function toolCacheFolder(environment: NodeJS.ProcessEnv): string {
  const caches = environment['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  return path.join(caches, 'pareto-farm', 'tools');
}

export function toolFolder(cacheFolder: string, tool: FetchedTool, version: string): string {
  return path.join(cacheFolder, tool, version);
}

/** What is there. A cache that is not there yet is empty. */
export async function readToolCache(cacheFolder: string): Promise<ToolCache> {
  const folders = await Promise.all(
    fetchedTools.map((tool) => subfolders(path.join(cacheFolder, tool))),
  );
  const found = await Promise.all(
    folders.flat().map(async (folder) => ({ folder, manifest: await readManifest(folder) })),
  );
  const installed = found.flatMap(({ folder, manifest }) =>
    manifest === null ? [] : [{ folder, manifest }],
  );
  return {
    installed: installed.toSorted((a, b) => b.manifest.fetchedAtMs - a.manifest.fetchedAtMs),
    broken: found.filter(({ manifest }) => manifest === null).map(({ folder }) => folder),
  };
}

/** Hidden ones are work in progress. */
async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => path.join(folder, entry.name));
}
