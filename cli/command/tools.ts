import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import { fetchTool } from '../../agent/tools/fetch_tool';
import { fetchCommand } from '../../agent/tools/phone_bundle';
import { readToolCache, toolCacheFolder, type ToolCache } from '../../agent/tools/tool_cache';
import {
  fetchedTools,
  qairtVersionFor,
  toolSource,
  usualLitertVersion,
  type FetchedTool,
} from '../../agent/tools/tool_source';
import { BadInputError } from '../../common/bad_input';
import { systemClock } from '../../platform/time/clock';
import { acceptLicence } from '../input/licence';
import { startProgress } from '../output/progress';
import type { Terminal } from '../output/terminal';
import { describeFetched, describeToolCache, toolCacheToJson } from '../output/tool_cache';
import { holdFolder } from '../stack/folder_lock';
import { jsonOr } from '../output/json_or';

interface FetchOptions {
  readonly version?: string;
  readonly source?: string;
  readonly acceptLicence?: boolean;
  readonly json?: boolean;
}

const megabyte = 1_000_000;

export function registerTools(program: Command, terminal: Terminal): void {
  const tools = program
    .command('tools')
    .description('the benchmark tools that agents push to phones, kept in your cache');
  tools
    .command('fetch')
    .description('bring a public tool from its maker (docs/phones.md)')
    .addArgument(new Argument('<tool>', 'what to bring').choices(fetchedTools))
    .option(
      '--version <version>',
      'default: for litert the newest known, for qairt what fits the LiteRT that is here',
    )
    .option('--accept-licence', 'you have read the licence that is named, and accept it')
    .option('--source <url>', "a mirror with the same layout as the maker's address")
    .option('--json', 'machine-readable output')
    .action((tool: FetchedTool, options: FetchOptions) => fetch(tool, options, terminal));
  tools
    .command('list', { isDefault: true })
    .description('what is here, and what phones get of it (default)')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }) => {
      const folder = toolCacheFolder(process.env);
      const cache = await readToolCache(folder);
      terminal.print(
        jsonOr(options, toolCacheToJson(folder, cache), () => describeToolCache(folder, cache)),
      );
    });
}

async function fetch(tool: FetchedTool, options: FetchOptions, terminal: Terminal): Promise<void> {
  const source = toolSource(tool);
  const cacheFolder = toolCacheFolder(process.env);
  const version = options.version ?? usualVersion(tool, await readToolCache(cacheFolder));
  if (!source.version.pattern.test(version)) {
    throw new BadInputError(`--version: expected one like ${source.version.expected}`);
  }
  const baseUrl = sourceAddress(options.source ?? source.baseUrl);
  terminal.note(
    `${tool} ${version}: ${source.title}; licence: ${source.licence.name}, ${source.licence.url}`,
  );
  if (source.licence.toBeAccepted && options.acceptLicence !== true)
    await acceptLicence(tool, source.licence);
  const release = await holdFolder(cacheFolder);
  const progress = startProgress(terminal);
  const onProgress = (name: string, done: number, total: number | null): void => {
    if (total !== null)
      progress.update(name, Math.ceil(done / megabyte), Math.ceil(total / megabyte), 'MB');
  };
  const request = {
    tool,
    version,
    cacheFolder,
    baseUrl,
    nowMs: () => systemClock.nowMs(),
    wait: (durationMs: number) => sleep(durationMs),
    onProgress,
  };
  const result = await fetchTool(request).finally(() => {
    progress.stop();
    release();
  });
  if (result.ok) {
    const { installed, isNew } = result.value;
    const next = nextStep(await readToolCache(cacheFolder));
    terminal.print(jsonOr(options, installed.manifest, () => describeFetched(installed, isNew)));
    terminal.note(next);
    return;
  }
  const { kind, message } = result.error;
  if (kind === 'not-there')
    throw new BadInputError(`${message}; there is no version ${version} of ${tool} there`);
  if (kind === 'unusable') throw new Error(`${tool} ${version} was not installed: ${message}`);
  throw new Error(`${message}; what came is kept, the same command goes on from there`);
}

function usualVersion(tool: FetchedTool, cache: ToolCache): string {
  if (tool === 'litert') return usualLitertVersion;
  const litert = cache.installed.find(({ manifest }) => manifest.tool === 'litert');
  const fitting = qairtVersionFor(litert?.manifest.version ?? usualLitertVersion);
  if (fitting !== undefined) return fitting;
  throw new BadInputError(
    `--version: say which; it is not known which fits LiteRT ${litert?.manifest.version ?? ''}`,
  );
}

function nextStep({ installed }: ToolCache): string {
  const litert = installed.find(({ manifest }) => manifest.tool === 'litert')?.manifest.version;
  if (litert === undefined) return `next: ${fetchCommand('litert', undefined)}`;
  const fitting = qairtVersionFor(litert);
  const there = installed.some(
    ({ manifest }) =>
      manifest.tool === 'qairt' && (fitting === undefined || manifest.version === fitting),
  );
  if (!there) return `next, for NPUs: ${fetchCommand('qairt', fitting)}`;
  return 'agents that start from now on use it (farm up, farm agent)';
}

function sourceAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '') return text;
  throw new BadInputError(
    '--source: expected an address that begins with https:// or http://, without credentials',
  );
}
