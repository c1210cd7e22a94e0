import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { BadInputError } from '../../../common/bad_input';
import { readConfiguration, readYamlFile, readYamlText } from '../../../platform/config/yaml_file';
import { largestYamlBytes } from '../../../platform/config/yaml_limits';

const schema = z.strictObject({ port: z.number().default(1) });
const folder = mkdtempSync(path.join(tmpdir(), 'farm-yaml-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

it('gives the text as it is, and its value', () => {
  const file = write('good.yaml', 'port: 7 # größer\n');
  expect(readYamlText(file)).toBe('port: 7 # größer\n');
  expect(readYamlFile(file, schema)).toEqual({ port: 7 });
});

it('a configuration without a file is what an empty one says', () => {
  expect(readConfiguration(undefined, schema)).toEqual({ port: 1 });
  expect(readConfiguration(write('empty.yaml', ''), schema)).toEqual({ port: 1 });
});

it('a mistake is told with the file and the field', () => {
  const file = write('bad.yaml', 'port: seven\n');
  expect(() => readConfiguration(file, schema)).toThrow(`${file}: field port: expected number`);
});

it.each([
  ['missing.yaml', () => undefined, 'cannot be read (ENOENT); give the path of a YAML file'],
  ['.', () => undefined, 'is a folder; give the path of a YAML file'],
  [
    'pipe',
    (file: string) => execFileSync('mkfifo', [file]),
    'is no file; give the path of a YAML file',
  ],
  [
    'large.yaml',
    () => write('large.yaml', 'x'.repeat(largestYamlBytes + 1)),
    `larger than ${String(largestYamlBytes)} bytes; expected a YAML file`,
  ],
  [
    'latin1.yaml',
    () => write('latin1.yaml', Uint8Array.of(0x61, 0xe4)),
    'not a text file; expected YAML in UTF-8',
  ],
  [
    'binary.yaml',
    () => write('binary.yaml', Uint8Array.of(0x61, 0)),
    'not a text file; expected YAML in UTF-8',
  ],
])('refuses %s in one line', (name, make, message) => {
  const file = path.join(folder, name);
  make(file);
  expect(() => readYamlText(file)).toThrow(BadInputError);
  expect(() => readYamlText(file)).toThrow(`${file}: ${message}`);
});

it('takes a file of the largest size', () => {
  expect(readYamlText(write('largest.yaml', 'x'.repeat(largestYamlBytes)))).toHaveLength(
    largestYamlBytes,
  );
});
