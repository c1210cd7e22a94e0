import { posix } from 'node:path';
import fc from 'fast-check';
import { FileSystem } from '../../../phones/system/file_system';

const noKernelFiles = { read: () => undefined, list: () => undefined };

function storage(capacityBytes = 1_000, nowMs: () => number = () => 0): FileSystem {
  return new FileSystem(capacityBytes, noKernelFiles, nowMs, () => undefined);
}

const root = '/sdcard';

/** What the real thing is in the simplest words: a map from path to content, null for a folder. */
class Oracle {
  readonly nodes = new Map<string, string | null>([[root, null]]);

  write(path: string, content: string): boolean {
    if (this.nodes.get(posix.dirname(path)) !== null || this.nodes.get(path) === null) return false;
    this.nodes.set(path, content);
    return true;
  }

  makeFolder(path: string): boolean {
    if (this.nodes.has(path) || this.nodes.get(posix.dirname(path)) !== null) return false;
    this.nodes.set(path, null);
    return true;
  }

  remove(path: string): boolean {
    if (!this.nodes.has(path) || this.inside(path).length > 0) return false;
    return this.nodes.delete(path);
  }

  inside(folder: string): string[] {
    return [...this.nodes.keys()].filter((path) => path.startsWith(`${folder}/`));
  }

  names(folder: string): string[] {
    return this.inside(folder)
      .filter((path) => posix.dirname(path) === folder)
      .map((path) => posix.basename(path))
      .sort();
  }
}

const anyPath = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => posix.join(root, ...parts));

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), path: anyPath, content: fc.string() }),
  fc.record({ kind: fc.constant('makeFolder' as const), path: anyPath }),
  fc.record({ kind: fc.constant('remove' as const), path: anyPath }),
);

test('is a map of paths, whatever is done to it in whatever order', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const files = storage(1_000_000);
      const oracle = new Oracle();
      for (const step of steps) {
        const done =
          step.kind === 'write'
            ? [
                files.write(step.path, Buffer.from(step.content)).ok,
                oracle.write(step.path, step.content),
              ]
            : [files[step.kind](step.path).ok, oracle[step.kind](step.path)];
        expect(done[0]).toBe(done[1]);
      }
      for (const [path, content] of oracle.nodes) {
        if (content === null) expect(files.list(path)).toEqual(oracle.names(path));
        else expect(files.read(path)).toEqual({ ok: true, value: Buffer.from(content) });
      }
      const bytes = [...oracle.nodes.values()].reduce(
        (sum, content) => sum + Buffer.byteLength(content ?? ''),
        0,
      );
      expect(files.capacityBytes - files.freeBytes).toBe(bytes);
    }),
  );
});

describe('the room on a phone', () => {
  test('is what its files leave; a file that does not fit changes nothing', () => {
    const files = storage(10);
    expect(files.write(`${root}/a`, Buffer.alloc(8))).toMatchObject({ ok: true });
    expect(files.write(`${root}/b`, Buffer.alloc(3))).toEqual({ ok: false, error: 'ENOSPC' });
    expect(files.stat(`${root}/b`)).toBeUndefined();
    expect(files.freeBytes).toBe(2);
  });

  test('is counted by the new content where a file is replaced', () => {
    const files = storage(10);
    files.write(`${root}/a`, Buffer.alloc(8));
    expect(files.write(`${root}/a`, Buffer.alloc(10))).toMatchObject({ ok: true });
    expect(files.freeBytes).toBe(0);
    expect(files.write(`${root}/a`, Buffer.alloc(11))).toEqual({ ok: false, error: 'ENOSPC' });
    expect(files.read(`${root}/a`)).toMatchObject({ value: { length: 10 } });
  });

  test('can be taken away: what is there stays, and nothing more comes', () => {
    const files = storage(10);
    files.write(`${root}/a`, Buffer.alloc(8));
    files.resize(0);
    expect(files.freeBytes).toBe(0);
    expect(files.read(`${root}/a`)).toMatchObject({ ok: true });
    expect(files.write(`${root}/b`, Buffer.alloc(1))).toEqual({ ok: false, error: 'ENOSPC' });
    files.remove(`${root}/a`);
    files.resize(10);
    expect(files.freeBytes).toBe(10);
  });
});

describe('renaming', () => {
  test('takes a folder with all that is in it', () => {
    const files = storage();
    files.makeFolder(`${root}/from`);
    files.makeFolder(`${root}/from/inner`);
    files.write(`${root}/from/inner/file`, Buffer.from('x'));
    expect(files.rename(`${root}/from`, `${root}/to`)).toMatchObject({ ok: true });
    expect(files.list(root)).toEqual(['to']);
    expect(files.read(`${root}/to/inner/file`)).toEqual({ ok: true, value: Buffer.from('x') });
    expect(files.stat(`${root}/from/inner`)).toBeUndefined();
  });

  test('replaces a file, and gives its room back', () => {
    const files = storage(10);
    files.write(`${root}/a`, Buffer.alloc(4));
    files.write(`${root}/b`, Buffer.alloc(6));
    expect(files.rename(`${root}/a`, `${root}/b`)).toMatchObject({ ok: true });
    expect(files.freeBytes).toBe(6);
  });

  test('to its own name is nothing', () => {
    const files = storage();
    files.write(`${root}/a`, Buffer.from('x'));
    expect(files.rename(`${root}/a`, `${root}/a`)).toMatchObject({ ok: true });
    expect(files.read(`${root}/a`)).toMatchObject({ ok: true });
  });

  test('does not reach outside of what the shell user may write', () => {
    const files = storage();
    files.write(`${root}/a`, Buffer.from('x'));
    expect(files.rename(`${root}/a`, '/system/bin/sh')).toEqual({ ok: false, error: 'EROFS' });
    expect(files.rename(`${root}/a`, '/data/a')).toEqual({ ok: false, error: 'EACCES' });
    expect(files.read(`${root}/a`)).toMatchObject({ ok: true });
  });
});

test('times are those of the phone, and touch renews them without touching content or mode', () => {
  let nowMs = 1_000;
  const files = storage(1_000, () => nowMs);
  files.write(`${root}/a`, Buffer.from('x'), 0o755);
  nowMs = 2_500;
  expect(files.touch(`${root}/a`)).toMatchObject({ ok: true });
  expect(files.stat(`${root}/a`)).toEqual({
    kind: 'file',
    mode: 0o755,
    modifiedAtMs: 2_500,
    bytes: Buffer.from('x'),
  });
  expect(files.touch(`${root}/none`)).toEqual({ ok: false, error: 'ENOENT' });
});

test('a reboot empties the memory file system and nothing else', () => {
  const files = storage();
  files.write(`${root}/stays`, Buffer.from('12'));
  files.write('/dev/shm/goes', Buffer.from('345'));
  files.clearVolatile();
  expect(files.read(`${root}/stays`)).toMatchObject({ ok: true });
  expect(files.read('/dev/shm/goes')).toEqual({ ok: false, error: 'ENOENT' });
  expect(files.freeBytes).toBe(998);
});

test('what the kernel makes up is read and listed, and cannot be written', () => {
  const kernel = {
    read: (path: string) => (path === '/proc/version' ? 'Linux' : undefined),
    list: (path: string) => (path === '/proc' ? ['version'] : undefined),
  };
  const files = new FileSystem(
    100,
    kernel,
    () => 0,
    () => undefined,
  );
  expect(files.read('/proc/version')).toEqual({ ok: true, value: Buffer.from('Linux') });
  expect(files.list('/proc')).toEqual(['version']);
  expect(files.write('/proc/version', Buffer.from('x'))).toEqual({ ok: false, error: 'EACCES' });
  expect(files.remove('/proc/version')).toEqual({ ok: false, error: 'EACCES' });
  expect(files.touch('/proc/version')).toEqual({ ok: false, error: 'EACCES' });
});

test('/dev/null takes everything and gives nothing', () => {
  const files = storage(0);
  expect(files.write('/dev/null', Buffer.alloc(100))).toMatchObject({ ok: true });
  expect(files.read('/dev/null')).toEqual({ ok: true, value: Buffer.alloc(0) });
});

test('a word in the fault file orders the fault, and is no file', () => {
  const ordered: string[] = [];
  const files = new FileSystem(
    0,
    noKernelFiles,
    () => 0,
    (text) => ordered.push(text),
  );
  files.write('/data/local/tmp/.virtual/fault', Buffer.from('hang 2'));
  files.write('/data/local/tmp/.virtual/fault', Buffer.alloc(0));
  expect(ordered).toEqual(['hang 2']);
  expect(files.stat('/data/local/tmp/.virtual/fault')).toBeUndefined();
});
