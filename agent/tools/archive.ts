import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { fail, ok, type Result } from '../../common/result';
import { systemErrorCode } from '../../platform/files/system_error';

/** The SDK has some ten thousand. */
const mostEntries = 500_000;
/** The largest library has about a hundred megabytes. */
const largestEntryBytes = 2_000_000_000;
const largestTotalBytes = 8_000_000_000;
/** The upper half of the external attributes is the file's mode on Unix; this type is a symbolic link. */
const symbolicLink = 0o120000;
const fileType = 0o170000;

/**
 * Unpacks the entries for which `placeOf` names a place below `folder`, one after the other. Names and sizes in an
 * archive are claims of whoever made it: only places that we made up are written to, sizes are bounded, checksums kept.
 */
export async function unpack(
  archive: string,
  folder: string,
  placeOf: (entryName: string) => string | null,
): Promise<Result<readonly string[], string>> {
  let zip: ZipFile;
  try {
    zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  } catch (error) {
    return fail(`is no ZIP archive (${zipReason(error)})`);
  }
  try {
    return await unpackEntries(zip, folder, placeOf);
  } catch (error) {
    return fail(`cannot be unpacked (${zipReason(error)})`);
  } finally {
    zip.close();
  }
}

async function unpackEntries(
  zip: ZipFile,
  folder: string,
  placeOf: (entryName: string) => string | null,
): Promise<Result<readonly string[], string>> {
  if (zip.entryCount > mostEntries) return fail(`has ${String(zip.entryCount)} entries`);
  const places = new Set<string>();
  let totalBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const place = placeOf(entry.fileName);
    if (place === null) continue;
    totalBytes += entry.uncompressedSize;
    const objection = objectionTo(entry, places.has(place), totalBytes);
    if (objection !== null) return fail(`${quoted(entry)} ${objection}`);
    places.add(place);
    const whole = await writeEntry(zip, entry, path.join(folder, place));
    if (!whole) return fail(`${quoted(entry)} does not have the checksum that the archive says`);
  }
  return ok([...places]);
}

function objectionTo(entry: Entry, taken: boolean, totalBytes: number): string | null {
  if (taken) return 'is there twice';
  if (((entry.externalFileAttributes >>> 16) & fileType) === symbolicLink) return 'is a link';
  if (entry.isEncrypted()) return 'is encrypted';
  if (entry.uncompressedSize > largestEntryBytes)
    return `has ${String(entry.uncompressedSize)} bytes`;
  return totalBytes > largestTotalBytes ? 'makes it larger than any SDK' : null;
}

/** Answers whether the bytes are those that the archive's checksum names. */
async function writeEntry(zip: ZipFile, entry: Entry, file: string): Promise<boolean> {
  await mkdir(path.dirname(file), { recursive: true });
  const source: Readable = await zip.openReadStreamPromise(entry);
  let checksum = 0;
  const sum = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      checksum = crc32(chunk, checksum);
      done(null, chunk);
    },
  });
  await pipeline(source, sum, createWriteStream(file, { flags: 'wx' }));
  return checksum === entry.crc32;
}

/** A foreign name, short enough for a line. */
function quoted(entry: Entry): string {
  return JSON.stringify(entry.fileName.slice(0, 100));
}

function zipReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'code' in error ? systemErrorCode(error) : text.slice(0, 200);
}
