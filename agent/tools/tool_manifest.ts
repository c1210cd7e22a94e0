import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { fetchedTools } from './tool_source';

const fileName = z.string().regex(/^(?:[\w-]{1,60}\/)?[\w-][\w.-]{0,99}$/, 'expected a file name');

const fileSchema = z.strictObject({
  /** Relative to the manifest's folder. */
  name: fileName,
  sizeBytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** `manifest.json` beside the files of a fetched tool: where they came from and what they were then. */
const manifestSchema = z.strictObject({
  tool: z.enum(fetchedTools),
  version: z.string().regex(/^[\w.-]{1,40}$/),
  licence: z.string().max(200),
  urls: z.array(z.string().max(2_000)).max(100),
  fetchedAtMs: z.number().int().min(0),
  files: z.array(fileSchema).min(1).max(1_000),
});

export type ToolManifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;

const manifestName = 'manifest.json';
const largestManifestBytes = 1_000_000;

/** Size and SHA-256 of each file as it is now. */
export async function describeFiles(
  folder: string,
  names: readonly string[],
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of [...names].sort()) {
    const file = path.join(folder, name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    files.push({ name, sizeBytes: (await stat(file)).size, sha256: hash.digest('hex') });
  }
  return files;
}

export async function writeManifest(folder: string, manifest: ToolManifest): Promise<void> {
  const handle = await open(path.join(folder, manifestName), 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Null where there is none, or none that we wrote, or where its files are not as long as it says. */
export async function readManifest(folder: string): Promise<ToolManifest | null> {
  try {
    const file = path.join(folder, manifestName);
    if ((await stat(file)).size > largestManifestBytes) return null;
    const manifest = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const sizes = manifest.files.map(
      async ({ name }) => (await stat(path.join(folder, name))).size,
    );
    const present = await Promise.all(sizes);
    return manifest.files.every((each, index) => each.sizeBytes === present[index])
      ? manifest
      : null;
  } catch {
    return null;
  }
}
