import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { farmProgram } from '../e2e/farm_command';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly bin: { readonly farm: string };
};

// npm installs a command as a link to the file that `bin` names, which the shell then runs by itself.
describe('the command that npm installs', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'global-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('runs by its link, from any folder', () => {
    expect(path.resolve(manifest.bin.farm)).toBe(path.resolve(farmProgram));
    const link = path.join(folder, 'farm');
    symlinkSync(path.resolve(manifest.bin.farm), link);
    const { status, stdout } = spawnSync(link, ['--version'], { cwd: folder, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${manifest.version}\n` });
  });

  test("finds the servers where Debian puts them, outside of a user's PATH", () => {
    const environment = { ...process.env, PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` };
    const { stdout } = spawnSync(process.execPath, [farmProgram, 'doctor', '--json'], {
      env: environment,
      encoding: 'utf8',
    });
    const findings = JSON.parse(stdout) as { check: string; state: string }[];
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'nats-server', state: 'good' }),
    );
  });
});
