import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { elfMachine } from '../../../agent/tools/elf';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'elf-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(bytes: Uint8Array): string {
  const name = path.join(folder, 'program');
  writeFileSync(name, bytes);
  return name;
}

function header(machine: number, littleEndian = true): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes.writeUInt8(littleEndian ? 1 : 2, 5);
  if (littleEndian) bytes.writeUInt16LE(machine, 18);
  else bytes.writeUInt16BE(machine, 18);
  return bytes;
}

test.each([
  [0xb7, 'arm64'],
  [0x28, 'arm'],
  [0x3e, 'x86_64'],
  [0xa4, 'hexagon'],
  [0xf3, 'machine 243'],
])('machine %i is %s', async (machine, name) => {
  expect(await elfMachine(file(header(machine)))).toBe(name);
  expect(await elfMachine(file(header(machine, false)))).toBe(name);
});

test('this Node itself is a program for this machine', async () => {
  const names: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'arm64' };
  expect(await elfMachine(process.execPath)).toBe(names[process.arch]);
});

test('whatever else a server sends is no program', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), header(0xb7).subarray(0, 19)])
    expect(await elfMachine(file(bytes))).toBeNull();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
      const found = await elfMachine(file(bytes));
      const isElf = bytes.length >= 20 && Buffer.from(bytes).readUInt32BE(0) === 0x7f454c46;
      expect(found === null).toBe(!isElf);
    }),
    { numRuns: 30 },
  );
});
