import {
  bundleDigest,
  fetchCommand,
  phoneBundle,
  type PhoneBundle,
} from '../../agent/tools/phone_bundle';
import type { InstalledTool, ToolCache } from '../../agent/tools/tool_cache';
import { formatTable } from './table';

const megabyte = 1_000_000;

function sizeBytes({ manifest }: InstalledTool): number {
  return manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
}

/** The line after a fetch. */
export function describeFetched(installed: InstalledTool, isNew: boolean): string {
  const { tool, version, files } = installed.manifest;
  const size = `${String(files.length)} files, ${(sizeBytes(installed) / megabyte).toFixed(1)} MB`;
  return `${tool} ${version}: ${isNew ? 'installed' : 'was there already'}, ${size}, in ${installed.folder}`;
}

/** What is in the cache, and what phones get of it. */
export function describeToolCache(folder: string, cache: ToolCache): string {
  const rows = cache.installed.map((each) => [
    each.manifest.tool,
    each.manifest.version,
    new Date(each.manifest.fetchedAtMs).toISOString().slice(0, 10),
    { value: each.manifest.files.length, decimals: 0 },
    { value: sizeBytes(each) / megabyte, decimals: 1 },
    each.manifest.licence,
  ]);
  const table =
    rows.length === 0
      ? `no tools fetched yet (${folder}); type: ${fetchCommand('litert', undefined)}`
      : formatTable(['TOOL', 'VERSION', 'FETCHED', 'FILES', 'MB', 'LICENCE'], rows);
  const broken = cache.broken.map(
    (each) => `not complete, or changed since it was fetched: ${each}; fetch it again`,
  );
  return [table, ...bundleLines(phoneBundle(cache)), ...broken].join('\n');
}

function bundleLines(bundle: PhoneBundle | null): string[] {
  if (bundle === null) return [];
  const { litertVersion, npu, programs } = bundle;
  const cpu = `CPU and GPU of every phone: LiteRT ${litertVersion}, bundle ${bundleDigest(programs).slice(0, 12)}`;
  if (npu.kind === 'lacking') return ['', cpu, `NPU: ${npu.remedy}`];
  const perVersion = [...npu.byHexagon].map(([version, files]) => {
    const digest = bundleDigest([...programs, ...files]).slice(0, 12);
    return `NPU of Hexagon v${String(version)}: LiteRT ${litertVersion} with QAIRT ${npu.qairtVersion}, bundle ${digest}`;
  });
  return ['', cpu, ...perVersion];
}

export function toolCacheToJson(folder: string, cache: ToolCache): unknown {
  const bundle = phoneBundle(cache);
  return {
    folder,
    tools: cache.installed.map((each) => ({ ...each.manifest, folder: each.folder })),
    broken: cache.broken,
    bundles: bundle === null ? [] : bundlesToJson(bundle),
  };
}

function bundlesToJson({ litertVersion, npu, programs }: PhoneBundle): unknown[] {
  const plain = {
    litertVersion,
    qairtVersion: null,
    hexagonVersion: null,
    digest: bundleDigest(programs),
  };
  if (npu.kind === 'lacking') return [plain];
  const withNpu = [...npu.byHexagon].map(([hexagonVersion, files]) => ({
    litertVersion,
    qairtVersion: npu.qairtVersion,
    hexagonVersion,
    digest: bundleDigest([...programs, ...files]),
  }));
  return [plain, ...withNpu];
}
