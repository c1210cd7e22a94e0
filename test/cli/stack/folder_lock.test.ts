import { existsSync, mkdtempSync, rmSync, writeFileSync, mkdirSync, chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { holdFolder } from '../../../cli/stack/folder_lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'folder-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockOf = (name: string): string => path.join(name, 'farm.pid');

describe('a folder', () => {
  it('is made, held, and free again after its release', async () => {
    const inner = path.join(folder, 'a/b');
    const release = await holdFolder(inner);
    expect(existsSync(lockOf(inner))).toBe(true);
    release();
    expect(existsSync(lockOf(inner))).toBe(false);
    (await holdFolder(inner))();
  });

  it('that a dead farm left is taken', async () => {
    writeFileSync(lockOf(folder), '999999999');
    (await holdFolder(folder))();
  });

  it.each(['', 'not a number', '-1', '0', '1e3'])(
    'with %j for a process number is taken: no farm wrote that',
    async (text) => {
      writeFileSync(lockOf(folder), text);
      (await holdFolder(folder))();
    },
  );

  it('whose number went to a stranger since is taken', async () => {
    writeFileSync(lockOf(folder), String(process.ppid));
    (await holdFolder(folder))();
  });

  it('leaves nothing beside its lock', async () => {
    writeFileSync(lockOf(folder), '999999999');
    const release = await holdFolder(folder);
    release();
    expect(existsSync(`${lockOf(folder)}.${String(process.pid)}`)).toBe(false);
    expect(existsSync(`${lockOf(folder)}.${String(process.pid)}.left`)).toBe(false);
  });

  it('below a file cannot be held: one line says what to do', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    await expect(holdFolder(path.join(folder, 'file/data'))).rejects.toThrow(
      /file\/data: cannot be written \(E[A-Z]+\); choose a folder of yours/,
    );
  });

  it('that may not be written cannot be held, unless by root', async () => {
    const closed = path.join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    if (process.getuid?.() === 0) return;
    await expect(holdFolder(closed)).rejects.toThrow(/cannot be written/);
  });
});
