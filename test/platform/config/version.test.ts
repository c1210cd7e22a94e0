import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { farmVersion } from '../../../platform/config/version';

const root = path.join(__dirname, '../../..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
};

it('is that of package.json', () => {
  expect(farmVersion()).toBe(version);
});

it('is found from the compiled tree too, which lies one folder deeper', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'farm-version-'));
  try {
    const compiled = path.join(folder, 'dist/platform/config');
    mkdirSync(compiled, { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    cpSync(path.join(root, 'platform/config/version.ts'), path.join(compiled, 'version.ts'));
    const program = `process.stdout.write(require(${JSON.stringify(path.join(compiled, 'version.ts'))}).farmVersion())`;
    expect(
      execFileSync(
        process.execPath,
        ['-r', path.join(root, 'test/typescript_hook.js'), '-e', program],
        { encoding: 'utf8' },
      ),
    ).toBe(version);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
