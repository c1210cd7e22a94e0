import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  describeFiles,
  readManifest,
  writeManifest,
  type ToolManifest,
} from '../../../agent/tools/tool_manifest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tool-manifest-'));
  mkdirSync(path.join(folder, 'android'));
  writeFileSync(path.join(folder, 'benchmark_model'), 'binary');
  writeFileSync(path.join(folder, 'android/libQnnHtp.so'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const names = ['benchmark_model', 'android/libQnnHtp.so'];

async function written(more: object = {}): Promise<ToolManifest> {
  const manifest: ToolManifest = {
    tool: 'litert',
    version: '2.2.0',
    licence: 'Apache-2.0',
    urls: ['https://example.org/benchmark_model'],
    fetchedAtMs: 1,
    files: await describeFiles(folder, names),
    ...more,
  };
  await writeManifest(folder, manifest);
  return manifest;
}

test('files are described by size and SHA-256, in the order of their names', async () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  expect(await describeFiles(folder, names)).toEqual([
    { name: 'android/libQnnHtp.so', sizeBytes: 0, sha256: sha256('') },
    { name: 'benchmark_model', sizeBytes: 6, sha256: sha256('binary') },
  ]);
});

test('what was written is read', async () => {
  const manifest = await written();
  expect(await readManifest(folder)).toEqual(manifest);
});

test('a file that was cut or removed since makes it none', async () => {
  await written();
  truncateSync(path.join(folder, 'benchmark_model'), 3);
  expect(await readManifest(folder)).toBeNull();
  rmSync(path.join(folder, 'benchmark_model'));
  expect(await readManifest(folder)).toBeNull();
});

test.each([
  ['an unknown tool', { tool: 'other' }],
  ['an unknown field', { more: 1 }],
  ['no files', { files: [] }],
  ['a name that leads out', { files: [{ name: '../x', sizeBytes: 0, sha256: 'a'.repeat(64) }] }],
  ['an absolute name', { files: [{ name: '/etc/passwd', sizeBytes: 0, sha256: 'a'.repeat(64) }] }],
  ['a digest that is none', { files: [{ name: 'x', sizeBytes: 0, sha256: 'a' }] }],
  ['a version that is a path', { version: '../2' }],
])('with %s it is not ours', async (_, more) => {
  await written(more);
  expect(await readManifest(folder)).toBeNull();
});

test.each(['', '{', 'null', '[]', `"${'x'.repeat(1_000_001)}"`])(
  'text that is no manifest is none (%#)',
  async (text) => {
    writeFileSync(path.join(folder, 'manifest.json'), text);
    expect(await readManifest(folder)).toBeNull();
  },
);

test('without one there is none', async () => {
  expect(await readManifest(folder)).toBeNull();
});
