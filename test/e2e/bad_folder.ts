import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Finished } from './farm_command';

export const unusedCoordinator = '127.0.0.1:1';

/** The folder in which the commands of this test file are typed, with files that are not what they should be. */
export const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path.join(folder, name), content);
  return name;
};

export const garbage = Uint8Array.from(
  { length: 2_000 },
  (_, index) => (index * 197 + (index >> 3)) % 256,
);

/** Status 2, nothing on standard output, and one line that says all that `said` asks for. */
export function expectOneLine(
  { status, stdout, stderr }: Finished,
  said: readonly (string | RegExp)[],
): void {
  expect({ status, stdout, lines: stderr.trimEnd().split('\n').length, stderr }).toMatchObject({
    status: 2,
    stdout: '',
    lines: 1,
  });
  for (const each of said) expect(stderr).toMatch(each);
}

beforeAll(() => {
  file('garbage.yaml', garbage);
  file('broken.yaml', 'name: [\n');
  file('scalar.yaml', 'hello');
  file('empty.yaml', '');
  mkdirSync(path.join(folder, 'folder.yaml'));
  truncateSync(path.join(folder, file('big.yaml', '')), 5 * 1024 ** 2);
  mkdirSync(path.join(folder, 'folder.onnx'));
  file('empty.onnx', '');
  file('text.txt', 'hello');
  truncateSync(path.join(folder, file('huge.onnx', '')), 2 * 1024 ** 3);
});
