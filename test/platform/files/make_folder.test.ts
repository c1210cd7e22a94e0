import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from '../../../platform/files/make_folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'farm-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('making a folder', () => {
  it('makes those above it, and is content with what is there, however many do it at once', async () => {
    const deep = path.join(folder, 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(deep)));
    await makeFolder(deep);
    expect(statSync(deep).isDirectory()).toBe(true);
  });

  it.each([
    ['file', 'EEXIST'],
    ['file/below', 'ENOTDIR'],
    ['nowhere', 'EEXIST'],
    ['file/deep/below', 'ENOTDIR'],
  ])('fails where %s cannot be a folder', async (name, code) => {
    writeFileSync(path.join(folder, 'file'), '');
    symlinkSync('no-such-place', path.join(folder, 'nowhere'));
    await expect(makeFolder(path.join(folder, name))).rejects.toMatchObject({ code });
  });

  it('ends below /proc, where nothing can be made', async () => {
    await expect(makeFolder('/proc/farm/data')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
