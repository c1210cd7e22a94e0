import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What an interrupted download left: `FILE.part` with the bytes, `FILE.part.json` with whose they are. */
export interface DownloadPart {
  readonly sizeBytes: number;
  /** By which the server tells whether the file is still the same: its strong ETag, or its date. */
  readonly validator: string | null;
}

const noteSchema = z.object({ url: z.string(), validator: z.string().nullable() });
type Note = z.infer<typeof noteSchema>;

const nothing: DownloadPart = { sizeBytes: 0, validator: null };

/** What is there of a file of this address; of another address counts as nothing. */
export async function partOf(file: string, url: string): Promise<DownloadPart> {
  try {
    const note = noteSchema.parse(JSON.parse(await readFile(`${file}.part.json`, 'utf8')));
    if (note.url !== url) return nothing;
    return { sizeBytes: (await stat(`${file}.part`)).size, validator: note.validator };
  } catch {
    return nothing;
  }
}

/** Before the first byte is kept: bytes without a note are begun anew, a note without bytes is none. */
export async function keepPart(file: string, note: Note): Promise<void> {
  await writeFile(`${file}.part.json`, JSON.stringify(note));
}

export async function forgetPart(file: string): Promise<void> {
  await rm(`${file}.part`, { force: true });
  await rm(`${file}.part.json`, { force: true });
}
