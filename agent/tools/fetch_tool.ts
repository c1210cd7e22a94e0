import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../common/result';
import { unpack } from './archive';
import { discardDownload, download } from './download';
import { elfMachine } from './elf';
import { missingFromSdk, placeOfSdkEntry } from './sdk_layout';
import { toolFolder, type InstalledTool } from './tool_cache';
import { describeFiles, readManifest, writeManifest, type ToolManifest } from './tool_manifest';
import { toolSource, type FetchedTool, type ToolSource } from './tool_source';

interface FetchRequest {
  readonly tool: FetchedTool;
  readonly version: string;
  readonly cacheFolder: string;
  readonly baseUrl: string;
  readonly nowMs: () => number;
  readonly wait: (durationMs: number) => Promise<void>;
  readonly onProgress: (fileName: string, doneBytes: number, totalBytes: number | null) => void;
}

export interface FetchedNow {
  readonly installed: InstalledTool;
  /** False when it was there already. */
  readonly isNew: boolean;
}

export interface FetchFailure {
  /** `not-there`: there is no such version; `unusable`: what came is not the tool; `interrupted`: ask again. */
  readonly kind: 'not-there' | 'unusable' | 'interrupted';
  readonly message: string;
}

/** A version that names other files tomorrow. */
const isMoving = (version: string): boolean => version === 'nightly';

/**
 * Brings a version of a tool into the cache: downloaded (going on after a kill), checked, unpacked beside its place and
 * moved there whole. Only one may run at a time on a cache.
 */
export async function fetchTool(request: FetchRequest): Promise<Result<FetchedNow, FetchFailure>> {
  const source = toolSource(request.tool);
  const folder = toolFolder(request.cacheFolder, request.tool, request.version);
  const present = await readManifest(folder);
  if (present !== null && !isMoving(request.version) && (await isUnchanged(folder, present)))
    return ok({ installed: { folder, manifest: present }, isNew: false });
  const work = path.join(request.cacheFolder, `.fetching-${request.tool}-${request.version}`);
  // What an earlier day brought may be of another build.
  if (isMoving(request.version)) await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const downloads = await downloadAll(request, source, work);
  if (!downloads.ok) return downloads;
  const staged = path.join(work, 'staged');
  await rm(staged, { recursive: true, force: true });
  await mkdir(staged);
  const names = await stage(request.tool, downloads.value, staged);
  if (!names.ok) {
    // What came is not the tool: going on from it would bring the same again.
    for (const file of downloads.value) await discardDownload(file);
    return fail({ kind: 'unusable', message: names.error });
  }
  const manifest = {
    tool: request.tool,
    version: request.version,
    licence: source.licence.name,
    urls: urlsOf(request, source),
    fetchedAtMs: request.nowMs(),
    files: await describeFiles(staged, names.value),
  };
  await writeManifest(staged, manifest);
  await mkdir(path.dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(staged, folder);
  await rm(work, { recursive: true, force: true });
  return ok({ installed: { folder, manifest }, isNew: true });
}

/** Sizes alone would leave a file that was changed in place for ever. */
async function isUnchanged(folder: string, { files }: ToolManifest): Promise<boolean> {
  const now = await describeFiles(
    folder,
    files.map(({ name }) => name),
  );
  return now.every(({ sha256 }, index) => sha256 === files[index]?.sha256);
}

function urlsOf({ baseUrl, version }: FetchRequest, source: ToolSource): string[] {
  return source.paths(version).map((each) => `${baseUrl.replace(/\/+$/, '')}/${each}`);
}

async function downloadAll(
  request: FetchRequest,
  source: ToolSource,
  work: string,
): Promise<Result<readonly string[], FetchFailure>> {
  const files: string[] = [];
  for (const url of urlsOf(request, source)) {
    const name = path.posix.basename(url);
    const file = path.join(work, name);
    const onProgress = (done: number, total: number | null): void =>
      request.onProgress(name, done, total);
    const { largestBytes } = source;
    const result = await download({ url, file, largestBytes, onProgress, wait: request.wait });
    if (!result.ok) {
      const { kind, status, reason } = result.error;
      const message = `${url}: ${reason}`;
      if (status === 404 || status === 403) return fail({ kind: 'not-there', message });
      return fail({ kind: kind === 'refused' ? 'unusable' : 'interrupted', message });
    }
    files.push(file);
  }
  return ok(files);
}

/** Puts the tool's files into `folder`; a line says why what was downloaded is not the tool. */
async function stage(
  tool: FetchedTool,
  files: readonly string[],
  folder: string,
): Promise<Result<readonly string[], string>> {
  switch (tool) {
    case 'litert':
      return stagePrograms(files, folder);
    case 'qairt':
      return stageSdk(files, folder);
  }
}

async function stagePrograms(
  files: readonly string[],
  folder: string,
): Promise<Result<readonly string[], string>> {
  for (const file of files) {
    const objection = await objectionToProgram(file, path.basename(file));
    if (objection !== null) return fail(objection);
    await copyFile(file, path.join(folder, path.basename(file)));
  }
  return ok(files.map((file) => path.basename(file)));
}

async function stageSdk(
  files: readonly string[],
  folder: string,
): Promise<Result<readonly string[], string>> {
  const places: string[] = [];
  for (const archive of files) {
    const unpacked = await unpack(archive, folder, placeOfSdkEntry);
    if (!unpacked.ok) return fail(`${path.basename(archive)} ${unpacked.error}`);
    places.push(...unpacked.value);
  }
  const missing = missingFromSdk(places);
  if (missing.length > 0)
    return fail(`the SDK holds no ${missing.join(', ')} where phones' libraries are expected`);
  for (const place of places.filter((each) => each.startsWith('android/'))) {
    const objection = await objectionToProgram(path.join(folder, place), place);
    if (objection !== null) return fail(objection);
  }
  return ok(places);
}

/** A proxy's login page also comes with status 200. */
async function objectionToProgram(file: string, name: string): Promise<string | null> {
  const machine = await elfMachine(file);
  if (machine === 'arm64') return null;
  return `${name} is ${machine === null ? 'no program or library' : `built for ${machine}`}; one for Android on arm64 was expected`;
}
