import { posix } from 'node:path';
import { type FileNode, type FileProblem, fileProblems } from '../system/file_system';
import type { PhoneSystem } from '../system/phone_system';
import type { AdbStream } from './stream';

/** The sync protocol's own bounds. https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/SYNC.TXT */
const largestDataBytes = 64 * 1024;
const longestPath = 1024;
const headerBytes = 8;

interface SyncLimits {
  /** Called for each DATA frame of a push; a slow cable waits here. */
  beforeData(): Promise<void> | void;
}

type Transfer = {
  readonly path: string;
  readonly mode: number;
  readonly chunks: Buffer[];
  sizeBytes: number;
  problem: FileProblem | undefined;
};

/** Serves `sync:`: STAT, LIST, SEND with DATA and DONE, RECV and QUIT. Anything else ends the stream. */
export class SyncService {
  readonly #stream: AdbStream;
  readonly #phone: PhoneSystem;
  readonly #limits: SyncLimits;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #transfer: Transfer | undefined;

  constructor(stream: AdbStream, phone: PhoneSystem, limits: SyncLimits) {
    this.#stream = stream;
    this.#phone = phone;
    this.#limits = limits;
  }

  start(): void {
    this.#stream.onData((data) => this.#receive(data));
  }

  async #receive(data: Buffer): Promise<void> {
    this.#pending.push(data);
    this.#pendingBytes += data.length;
    while (this.#pendingBytes >= headerBytes) {
      const joined =
        this.#pending.length === 1
          ? (this.#pending[0] ?? data)
          : Buffer.concat(this.#pending, this.#pendingBytes);
      this.#pending = [joined];
      const id = joined.toString('latin1', 0, 4);
      const argument = joined.readUInt32LE(4);
      const bodyBytes = id === 'DONE' || id === 'QUIT' ? 0 : argument;
      if (bodyBytes > (id === 'DATA' ? largestDataBytes : longestPath)) {
        this.#refuse(`${id} of ${bodyBytes} bytes is too long`);
        return;
      }
      if (joined.length < headerBytes + bodyBytes) return;
      this.#pendingBytes -= headerBytes + bodyBytes;
      this.#pending = this.#pendingBytes === 0 ? [] : [joined.subarray(headerBytes + bodyBytes)];
      await this.#handle(id, argument, joined.subarray(headerBytes, headerBytes + bodyBytes));
      if (this.#stream.closed.aborted) return;
    }
  }

  async #handle(id: string, argument: number, body: Buffer): Promise<void> {
    switch (id) {
      case 'STAT':
        this.#stream.write(
          Buffer.concat([
            Buffer.from('STAT'),
            statFields(this.#phone.files.stat(normalized(body))),
          ]),
        );
        return;
      case 'LIST':
        this.#list(normalized(body));
        return;
      case 'SEND':
        this.#startTransfer(body.toString());
        return;
      case 'DATA':
        await this.#limits.beforeData();
        this.#collect(body);
        return;
      case 'DONE':
        this.#finishTransfer();
        return;
      case 'RECV':
        this.#send(normalized(body));
        return;
      case 'QUIT':
        this.#stream.end();
        return;
      default:
        this.#refuse(`unknown command ${JSON.stringify(id)} ${argument}`);
    }
  }

  #startTransfer(target: string): void {
    const comma = target.lastIndexOf(',');
    const mode = Number(target.slice(comma + 1));
    if (comma <= 0 || !Number.isInteger(mode)) {
      this.#refuse('SEND needs path,mode');
      return;
    }
    const path = posix.resolve('/', target.slice(0, comma));
    this.#makeParents(path);
    const isFolder = this.#phone.files.stat(path)?.kind === 'folder';
    this.#transfer = {
      path,
      mode: mode & 0o777,
      chunks: [],
      sizeBytes: 0,
      problem: isFolder ? 'EISDIR' : undefined,
    };
  }

  /** adbd makes the folders that a pushed file needs. */
  #makeParents(path: string): void {
    const parts = posix.dirname(path).split('/');
    for (let end = 2; end <= parts.length; end += 1)
      this.#phone.files.makeFolder(parts.slice(0, end).join('/'));
  }

  #collect(data: Buffer): void {
    const transfer = this.#transfer;
    if (transfer === undefined) {
      this.#refuse('DATA without SEND');
      return;
    }
    transfer.sizeBytes += data.length;
    const oldBytes = sizeOf(this.#phone.files.stat(transfer.path));
    if (transfer.sizeBytes > this.#phone.files.freeBytes + oldBytes) transfer.problem ??= 'ENOSPC';
    if (transfer.problem === undefined) transfer.chunks.push(data);
    else transfer.chunks.length = 0;
  }

  #finishTransfer(): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer === undefined) {
      this.#refuse('DONE without SEND');
      return;
    }
    const written =
      transfer.problem === undefined
        ? this.#phone.files.write(
            transfer.path,
            this.#phone.contents.intern(transfer.chunks),
            transfer.mode,
          )
        : undefined;
    const problem = transfer.problem ?? (written?.ok === false ? written.error : undefined);
    if (problem === undefined) this.#stream.write(word('OKAY', 0));
    else this.#fail(`couldn't create file: ${fileProblems[problem]}`);
  }

  #send(path: string): void {
    const content = this.#phone.files.read(path);
    if (!content.ok) {
      this.#fail(fileProblems[content.error]);
      return;
    }
    for (let start = 0; start < content.value.length; start += largestDataBytes) {
      const chunk = content.value.subarray(start, start + largestDataBytes);
      this.#stream.write(word('DATA', chunk.length));
      this.#stream.write(chunk);
    }
    this.#stream.write(word('DONE', 0));
  }

  #list(path: string): void {
    for (const name of this.#phone.files.list(path)) {
      const encoded = Buffer.from(name);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(encoded.length);
      this.#stream.write(
        Buffer.concat([
          Buffer.from('DENT'),
          statFields(this.#phone.files.stat(posix.join(path, name))),
          length,
          encoded,
        ]),
      );
    }
    this.#stream.write(Buffer.concat([word('DONE', 0), Buffer.alloc(12)]));
  }

  #fail(message: string): void {
    this.#stream.write(
      Buffer.concat([word('FAIL', Buffer.byteLength(message)), Buffer.from(message)]),
    );
  }

  #refuse(message: string): void {
    this.#fail(message);
    this.#stream.end();
  }
}

function normalized(path: Buffer): string {
  return posix.resolve('/', path.toString());
}

function sizeOf(node: FileNode | undefined): number {
  return node?.kind === 'file' ? node.bytes.length : 0;
}

/** Mode, size, time; all zero for what is not there. */
function statFields(node: FileNode | undefined): Buffer {
  const fields = Buffer.alloc(12);
  if (node === undefined) return fields;
  fields.writeUInt32LE((node.kind === 'folder' ? 0o040000 : 0o100000) | node.mode, 0);
  fields.writeUInt32LE(sizeOf(node) >>> 0, 4);
  fields.writeUInt32LE(Math.floor(node.modifiedAtMs / 1000) >>> 0, 8);
  return fields;
}

function word(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(id, 'latin1');
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
