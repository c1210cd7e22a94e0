import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { FileIndex } from '../../../platform/artifacts/file_index';

let folder: string;
let nowMs: number;
let index: FileIndex;
const place = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'farm-index-'));
  nowMs = 1_700_000_000_000;
  index = new FileIndex(place, { nowMs: () => nowMs });
});
afterEach(() => rmSync(folder, { recursive: true }));

function add(name: string, sizeBytes: number): void {
  writeFileSync(place(name), Buffer.alloc(sizeBytes));
  index.added(name, sizeBytes);
}

describe('the index of a bounded store', () => {
  it('knows sizes and their sum, of a file that came twice once', () => {
    add('a', 10);
    add('b', 20);
    add('a', 30);
    expect([index.sizeOf('a'), index.sizeOf('c')]).toEqual([30, undefined]);
    expect([index.count, index.sizeBytes]).toEqual([2, 50]);
  });

  it('drops what was not used for longest, and no more than it must', async () => {
    for (const name of ['a', 'b', 'c']) add(name, 10);
    await index.used('a');
    expect(await index.dropTo(20)).toEqual({ count: 1, bytes: 10 });
    expect(readdirSync(folder).sort()).toEqual(['a', 'c']);
    expect(await index.dropTo(20)).toEqual({ count: 0, bytes: 0 });
  });

  it('drops nothing that may not go, even when too much is left', async () => {
    for (const name of ['a', 'b']) add(name, 10);
    expect(await index.dropTo(0, (name) => name === 'b')).toEqual({ count: 1, bytes: 10 });
    expect(index.sizeBytes).toBe(10);
  });

  it('asks with the time of the last use', async () => {
    add('a', 10);
    nowMs += 5_000;
    await index.used('a');
    const asked: number[] = [];
    await index.dropTo(0, (_, usedAtMs) => asked.push(usedAtMs) === 0);
    expect(asked).toEqual([nowMs]);
  });

  it('takes the order of an earlier run from the disk', async () => {
    index.found([
      { name: 'new', sizeBytes: 1, usedAtMs: 3 },
      { name: 'old', sizeBytes: 1, usedAtMs: 1 },
      { name: 'middle', sizeBytes: 1, usedAtMs: 2 },
    ]);
    await index.dropTo(1);
    expect(['new', 'middle', 'old'].map((name) => index.sizeOf(name))).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  it('marks a use on the disk, but not each of many', async () => {
    add('a', 1);
    const markMs = (): number => statSync(place('a')).mtimeMs;
    const asWrittenMs = markMs();
    nowMs += 1_000;
    await index.used('a');
    expect(markMs()).toBe(asWrittenMs);
    nowMs += 60_000;
    await index.used('a');
    expect(markMs()).toBe(nowMs);
  });

  it('bears a file that somebody removed, and a use of one that it does not know', async () => {
    add('a', 1);
    rmSync(place('a'));
    nowMs += 120_000;
    await index.used('a');
    await index.used('unknown');
    expect(await index.dropTo(0)).toEqual({ count: 1, bytes: 1 });
    expect(index.count).toBe(0);
  });
});

it('agrees with a list whatever is added, used and dropped', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), name, sizeBytes: fc.nat(20) }),
    fc.record({ kind: fc.constant('use' as const), name }),
    fc.record({ kind: fc.constant('drop' as const), largestBytes: fc.nat(60) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      index = new FileIndex(place, { nowMs: () => nowMs });
      for (const file of readdirSync(folder)) rmSync(place(file));
      let list: { name: string; sizeBytes: number }[] = [];
      const total = (): number => list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const each of steps) {
        if (each.kind === 'add') {
          add(each.name, each.sizeBytes);
          list = [...list.filter((kept) => kept.name !== each.name), each];
        } else if (each.kind === 'use') {
          await index.used(each.name);
          const used = list.filter((kept) => kept.name === each.name);
          list = [...list.filter((kept) => kept.name !== each.name), ...used];
        } else {
          await index.dropTo(each.largestBytes);
          while (total() > each.largestBytes) list = list.slice(1);
        }
        expect([index.count, index.sizeBytes]).toEqual([list.length, total()]);
      }
      expect(readdirSync(folder).sort()).toEqual(list.map((kept) => kept.name).sort());
      expect(list.every((kept) => existsSync(place(kept.name)))).toBe(true);
    }),
    { numRuns: 60 },
  );
});
