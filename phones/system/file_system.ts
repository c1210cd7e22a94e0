import { posix } from 'node:path';
import { fail, ok, type Result } from '../../common/result';

export const fileProblems = {
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EACCES: 'Permission denied',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  ENOTEMPTY: 'Directory not empty',
  EEXIST: 'File exists',
} as const;
export type FileProblem = keyof typeof fileProblems;

export type FileNode =
  | { readonly kind: 'folder'; readonly mode: number; readonly modifiedAtMs: number }
  | {
      readonly kind: 'file';
      readonly mode: number;
      readonly modifiedAtMs: number;
      readonly bytes: Buffer;
    };

/** Files that the kernel makes up on reading, below /proc and /sys. */
export interface KernelFiles {
  read(path: string): string | undefined;
  /** Names in a folder, or undefined if there is no such folder. */
  list(path: string): readonly string[] | undefined;
}

/** Where the shell user may write. */
const writableFolders = ['/data/local/tmp', '/sdcard', '/storage/emulated/0', '/dev/shm'];
/** Writing a fault's name here orders it; see docs/virtual-phones.md. */
const faultFile = '/data/local/tmp/.virtual/fault';
const initialFolders = [
  posix.dirname(faultFile),
  '/',
  '/data',
  '/data/local',
  ...writableFolders,
  '/dev',
  '/storage',
  '/storage/emulated',
  '/system',
  '/system/bin',
  '/vendor',
];
/** More files than any benchmark needs; a runaway loop in a shell must not eat the host's memory. */
const mostNodes = 10_000;
const longestPathBytes = 4096;

/** A phone's storage in memory. Paths are absolute; buffers are shared and never written into. */
export class FileSystem {
  readonly #nodes = new Map<string, FileNode>();
  readonly #kernel: KernelFiles;
  readonly #nowMs: () => number;
  readonly #onFaultWritten: (text: string) => void;
  #usedBytes = 0;
  #capacityBytes: number;

  constructor(
    capacityBytes: number,
    kernel: KernelFiles,
    nowMs: () => number,
    onFaultWritten: (text: string) => void,
  ) {
    this.#capacityBytes = capacityBytes;
    this.#kernel = kernel;
    this.#nowMs = nowMs;
    this.#onFaultWritten = onFaultWritten;
    for (const path of initialFolders)
      this.#nodes.set(path, { kind: 'folder', mode: 0o771, modifiedAtMs: 0 });
  }

  get freeBytes(): number {
    return Math.max(0, this.#capacityBytes - this.#usedBytes);
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** A full disk is a capacity at what is used; existing files stay. */
  resize(capacityBytes: number): void {
    this.#capacityBytes = capacityBytes;
  }

  stat(path: string): FileNode | undefined {
    if (path === '/dev/null')
      return { kind: 'file', mode: 0o666, modifiedAtMs: 0, bytes: Buffer.alloc(0) };
    const node = this.#nodes.get(path);
    if (node !== undefined) return node;
    if (this.#kernel.list(path) !== undefined)
      return { kind: 'folder', mode: 0o555, modifiedAtMs: 0 };
    const text = this.#kernel.read(path);
    return text === undefined
      ? undefined
      : { kind: 'file', mode: 0o444, modifiedAtMs: 0, bytes: Buffer.from(text) };
  }

  read(path: string): Result<Buffer, FileProblem> {
    const node = this.stat(path);
    if (node === undefined) return fail('ENOENT');
    return node.kind === 'folder' ? fail('EISDIR') : ok(node.bytes);
  }

  /** Replaces the file; mode undefined keeps the old one's. */
  write(path: string, bytes: Buffer, mode?: number): Result<void, FileProblem> {
    if (path === '/dev/null') return ok(undefined);
    if (path === faultFile) {
      if (bytes.length > 0) this.#onFaultWritten(bytes.toString('utf8', 0, 256));
      return ok(undefined);
    }
    const old = this.#nodes.get(path);
    const problem = old?.kind === 'folder' ? 'EISDIR' : this.#creationProblem(path);
    if (problem !== undefined) return fail(problem);
    const oldBytes = old?.kind === 'file' ? old.bytes.length : 0;
    if (
      this.#usedBytes - oldBytes + bytes.length > this.#capacityBytes ||
      (old === undefined && this.#nodes.size >= mostNodes)
    )
      return fail('ENOSPC');
    this.#usedBytes += bytes.length - oldBytes;
    this.#nodes.set(path, {
      kind: 'file',
      mode: mode ?? old?.mode ?? 0o644,
      modifiedAtMs: this.#nowMs(),
      bytes,
    });
    return ok(undefined);
  }

  makeFolder(path: string): Result<void, FileProblem> {
    if (this.stat(path) !== undefined) return fail('EEXIST');
    const problem = this.#creationProblem(path);
    if (problem !== undefined) return fail(problem);
    if (this.#nodes.size >= mostNodes) return fail('ENOSPC');
    this.#nodes.set(path, { kind: 'folder', mode: 0o755, modifiedAtMs: this.#nowMs() });
    return ok(undefined);
  }

  changeMode(path: string, mode: number): Result<void, FileProblem> {
    const node = this.#nodes.get(path);
    if (node === undefined) return fail(this.stat(path) === undefined ? 'ENOENT' : 'EACCES');
    this.#nodes.set(path, { ...node, mode: mode & 0o7777 });
    return ok(undefined);
  }

  /** Marks what is there as changed now. */
  touch(path: string): Result<void, FileProblem> {
    const node = this.#nodes.get(path);
    if (node === undefined) return fail(this.stat(path) === undefined ? 'ENOENT' : 'EACCES');
    this.#nodes.set(path, { ...node, modifiedAtMs: this.#nowMs() });
    return ok(undefined);
  }

  /** Removes one file or empty folder. */
  remove(path: string): Result<void, FileProblem> {
    const node = this.#nodes.get(path);
    if (node === undefined) return fail(this.stat(path) === undefined ? 'ENOENT' : 'EACCES');
    if (!isWritable(path) || writableFolders.includes(path)) return fail('EACCES');
    if (node.kind === 'folder' && this.list(path).length > 0) return fail('ENOTEMPTY');
    if (node.kind === 'file') this.#usedBytes -= node.bytes.length;
    this.#nodes.delete(path);
    return ok(undefined);
  }

  rename(from: string, to: string): Result<void, FileProblem> {
    const node = this.#nodes.get(from);
    if (node === undefined) return fail('ENOENT');
    const problem = this.#creationProblem(to);
    if (problem !== undefined || !isWritable(from)) return fail(problem ?? 'EACCES');
    if (from === to) return ok(undefined);
    if (this.#nodes.has(to)) {
      const removed = this.remove(to);
      if (!removed.ok) return removed;
    }
    for (const [path, inner] of [...this.#nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#nodes.delete(path);
      this.#nodes.set(to + path.slice(from.length), inner);
    }
    return ok(undefined);
  }

  /** Names in a folder, sorted; empty if there is none. */
  list(path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names = new Set(this.#kernel.list(path));
    for (const other of this.#nodes.keys()) {
      if (other !== '/' && other.startsWith(prefix))
        names.add(other.slice(prefix.length).split('/')[0] ?? '');
    }
    return [...names].sort();
  }

  /** What a reboot leaves: everything but the memory file system. */
  clearVolatile(): void {
    for (const [path, node] of [...this.#nodes]) {
      if (!path.startsWith('/dev/shm/')) continue;
      if (node.kind === 'file') this.#usedBytes -= node.bytes.length;
      this.#nodes.delete(path);
    }
  }

  #creationProblem(path: string): FileProblem | undefined {
    if (!isWritable(path) || path.length > longestPathBytes)
      return path.startsWith('/system') || path.startsWith('/vendor') ? 'EROFS' : 'EACCES';
    const parent = this.stat(posix.dirname(path));
    if (parent === undefined) return 'ENOENT';
    return parent.kind === 'folder' ? undefined : 'ENOTDIR';
  }
}

function isWritable(path: string): boolean {
  return writableFolders.some((folder) => path.startsWith(`${folder}/`)) && !path.includes('\0');
}
