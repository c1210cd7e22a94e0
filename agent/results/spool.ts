import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { farmFault, type FarmFault } from '../../common/fault';
import type { JobResult, Lease } from '../../common/job';
import type { Logger } from '../../platform/logger';
import { fail, ok, type Result } from '../../common/result';
import { systemErrorCode } from '../../platform/files/system_error';
import { decodeResult, encodeResult } from '../../proto/codec/result';
import { shareSync } from './shared_sync';

interface SpoolLimits {
  readonly mostResults: number;
  readonly mostBytes: number;
}

/** Days of results without a broker, and still few enough leases for one heartbeat and one directory. */
const defaultSpoolLimits: SpoolLimits = { mostResults: 10_000, mostBytes: 1024 ** 3 };

export interface SpooledResult {
  readonly fileName: string;
  readonly lease: Lease;
  readonly agentId: string;
  readonly sizeBytes: number;
}

/** Results on this machine's disk until the broker has them: one file each, complete or not there at all. */
export interface Spool {
  /** Survives a kill and a power cut once it resolves. One result per lease: the first stands. */
  add(result: JobResult): Promise<Result<SpooledResult, FarmFault>>;
  /** Oldest lease first. */
  list(): readonly SpooledResult[];
  /** Undefined when the file is damaged: it is set aside then, and the spool holds it no more. */
  read(entry: SpooledResult): Promise<Uint8Array | undefined>;
  remove(entry: SpooledResult): Promise<void>;
  /** Keeps the file for people to look at, but out of the spool. */
  setAside(entry: SpooledResult, reason: string): Promise<void>;
}

const resultSuffix = '.json';
const temporarySuffix = '.tmp';
const asideDirectory = 'set-aside';

/** Opens the directory, created if needed, with what an earlier run left. @throws BadInputError when it cannot be used. */
export async function openSpool(
  directory: string,
  logger: Logger,
  limits: SpoolLimits = defaultSpoolLimits,
): Promise<Spool> {
  const spool = new DirectorySpool(directory, logger, limits);
  try {
    await spool.load(await prepare(directory));
    return spool;
  } catch (error) {
    throw new BadInputError(
      `spool ${directory}: cannot be used (${systemErrorCode(error)}); expected a writable directory`,
    );
  }
}

/** Removes half-written files; returns the names of the complete ones, oldest lease first. */
async function prepare(directory: string): Promise<readonly string[]> {
  await mkdir(path.join(directory, asideDirectory), { recursive: true });
  const names = await readdir(directory);
  for (const name of names.filter((each) => each.endsWith(temporarySuffix)))
    await rm(path.join(directory, name));
  return names.filter((name) => name.endsWith(resultSuffix)).sort();
}

class DirectorySpool implements Spool {
  private readonly entries = new Map<string, SpooledResult>();
  private readonly writing = new Map<string, Promise<Result<SpooledResult, FarmFault>>>();
  private readonly syncDirectory: () => Promise<void>;
  private sizeBytes = 0;
  private writes = 0;

  constructor(
    private readonly directory: string,
    private readonly logger: Logger,
    private readonly limits: SpoolLimits,
  ) {
    this.syncDirectory = shareSync(() => syncPath(directory));
  }

  async load(fileNames: readonly string[]): Promise<void> {
    for (const fileName of fileNames) {
      const { size } = await stat(this.pathOf(fileName));
      const entry = await this.readEntry(fileName, size);
      if (entry !== undefined) this.keep(entry);
    }
  }

  async add(result: JobResult): Promise<Result<SpooledResult, FarmFault>> {
    const bytes = encodeResult(result);
    const fileName = fileNameOf(result.lease);
    const known = this.entries.get(fileName);
    if (known !== undefined) return (await this.writing.get(fileName)) ?? ok(known);
    if (
      this.entries.size >= this.limits.mostResults ||
      this.sizeBytes + bytes.byteLength > this.limits.mostBytes
    ) {
      return fail(
        farmFault(
          'storage-full',
          `the spool ${this.directory} is full (${String(this.entries.size)} results, ${String(this.sizeBytes)} bytes); is NATS running?`,
        ),
      );
    }
    const entry: SpooledResult = {
      fileName,
      lease: result.lease,
      agentId: result.agentId,
      sizeBytes: bytes.byteLength,
    };
    this.keep(entry);
    const writing = this.writeOrForget(entry, bytes);
    this.writing.set(fileName, writing);
    return writing.finally(() => this.writing.delete(fileName));
  }

  list(): readonly SpooledResult[] {
    return [...this.entries.values()];
  }

  async read(entry: SpooledResult): Promise<Uint8Array | undefined> {
    const bytes = await readFile(this.pathOf(entry.fileName)).catch(() => undefined);
    if (bytes !== undefined && decodeResult(bytes).ok) return bytes;
    await this.setAside(entry, 'damaged');
    return undefined;
  }

  async remove(entry: SpooledResult): Promise<void> {
    this.forget(entry);
    // Not synced: a file that comes back after a power cut is published again, and counts once all the same.
    await rm(this.pathOf(entry.fileName), { force: true });
  }

  async setAside(entry: SpooledResult, reason: string): Promise<void> {
    this.forget(entry);
    this.logger.error(
      {
        file: entry.fileName,
        lease: entry.lease,
        reason,
        directory: path.join(this.directory, asideDirectory),
      },
      'spooled result set aside',
    );
    await rename(
      this.pathOf(entry.fileName),
      path.join(this.directory, asideDirectory, entry.fileName),
    ).catch(() => undefined);
  }

  private async readEntry(fileName: string, sizeBytes: number): Promise<SpooledResult | undefined> {
    const decoded = decodeResult(await readFile(this.pathOf(fileName)));
    if (decoded.ok)
      return { fileName, lease: decoded.value.lease, agentId: decoded.value.agentId, sizeBytes };
    await this.setAside(
      {
        fileName,
        lease: { jobId: '', deviceSerial: '', epoch: 0, nonce: '' },
        agentId: '',
        sizeBytes,
      },
      decoded.error,
    );
    return undefined;
  }

  private async writeOrForget(
    entry: SpooledResult,
    bytes: Uint8Array,
  ): Promise<Result<SpooledResult, FarmFault>> {
    try {
      await this.write(entry.fileName, bytes);
      return ok(entry);
    } catch (error) {
      this.forget(entry);
      return fail(
        farmFault(
          'storage-full',
          `the result could not be written to ${this.directory} (${systemErrorCode(error)})`,
        ),
      );
    }
  }

  private async write(fileName: string, bytes: Uint8Array): Promise<void> {
    this.writes += 1;
    const temporary = this.pathOf(`${fileName}.${String(this.writes)}${temporarySuffix}`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.pathOf(fileName));
    await this.syncDirectory();
  }

  private keep(entry: SpooledResult): void {
    this.entries.set(entry.fileName, entry);
    this.sizeBytes += entry.sizeBytes;
  }

  private forget(entry: SpooledResult): void {
    if (this.entries.delete(entry.fileName)) this.sizeBytes -= entry.sizeBytes;
  }

  private pathOf(fileName: string): string {
    return path.join(this.directory, fileName);
  }
}

/** Sorts by epoch; the hash stands for the job, whose id may hold anything. */
function fileNameOf(lease: Lease): string {
  const hash = createHash('sha256').update(lease.jobId).digest('hex').slice(0, 32);
  return `${String(lease.epoch).padStart(16, '0')}-${hash}${resultSuffix}`;
}

/** A rename is durable only once its directory is (https://man7.org/linux/man-pages/man2/fsync.2.html). */
async function syncPath(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
