import { createHash } from 'node:crypto';
import path from 'node:path';
import { hexagonVersionsOf, sdkFilesFor } from './sdk_layout';
import type { InstalledTool, ToolCache } from './tool_cache';
import type { ManifestFile } from './tool_manifest';
import { qairtVersionFor, type FetchedTool } from './tool_source';

export interface BundleFile {
  readonly fileName: string;
  readonly localPath: string;
  readonly sha256: string;
}

/** Fetched tools that fit each other: libraries of different revisions crash when they meet on a phone. */
export interface PhoneBundle {
  readonly litertVersion: string;
  /** LiteRT's program and plugins. */
  readonly programs: readonly BundleFile[];
  readonly npu:
    | {
        readonly kind: 'ready';
        readonly qairtVersion: string;
        readonly byHexagon: ReadonlyMap<number, readonly BundleFile[]>;
      }
    /** The line says what to type. */
    | { readonly kind: 'lacking'; readonly remedy: string };
}

/** What phones get from the cache: the LiteRT that was fetched last, with the SDK that it was built with. */
export function phoneBundle(cache: ToolCache): PhoneBundle | null {
  const litert = latest(cache, 'litert');
  if (litert === undefined) return null;
  const litertVersion = litert.manifest.version;
  const programs = litert.manifest.files.map((file) => bundleFile(litert, file));
  const wanted = qairtVersionFor(litertVersion);
  const qairt = latest(cache, 'qairt', wanted);
  if (qairt === undefined) {
    const remedy = `no libraries of Qualcomm's that fit LiteRT ${litertVersion}; type: ${fetchCommand('qairt', wanted)}`;
    return { litertVersion, programs, npu: { kind: 'lacking', remedy } };
  }
  const places = qairt.manifest.files.map(({ name }) => name);
  const byHexagon = new Map(
    hexagonVersionsOf(places).map((version) => {
      const wantedFiles = new Set(sdkFilesFor(places, version));
      const files = qairt.manifest.files.filter(({ name }) => wantedFiles.has(name));
      return [version, files.map((file) => bundleFile(qairt, file))];
    }),
  );
  return {
    litertVersion,
    programs,
    npu: { kind: 'ready', qairtVersion: qairt.manifest.version, byHexagon },
  };
}

/** One name for all files that a phone of a Hexagon version gets: SHA-256 of what `sha256sum` would print, by name. */
export function bundleDigest(files: readonly BundleFile[]): string {
  const lines = files.map(({ sha256, fileName }) => `${sha256}  ${fileName}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** The command that brings a tool; for a tool's usual version without it. */
export function fetchCommand(tool: FetchedTool, version: string | undefined): string {
  return `farm tools fetch ${tool}${version === undefined ? '' : ` --version ${version}`}`;
}

function latest(
  { installed }: ToolCache,
  tool: FetchedTool,
  version?: string,
): InstalledTool | undefined {
  return installed.find(
    ({ manifest }) =>
      manifest.tool === tool && (version === undefined || manifest.version === version),
  );
}

function bundleFile({ folder }: InstalledTool, { name, sha256 }: ManifestFile): BundleFile {
  return { fileName: path.basename(name), localPath: path.join(folder, name), sha256 };
}
