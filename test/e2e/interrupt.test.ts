import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { farmProgram } from './farm_command';
import { farmUp } from './farm_up';
import { descendants, eventually, isAlive } from './processes';

jest.setTimeout(60_000);

/** Agents, broker and coordinator each have seconds to end in peace. */
const endDeadlineMs = 20_000;

describe('an interrupt', () => {
  test('ends farm up with status 0, and with it everything that it started', async () => {
    const farm = await farmUp(1);
    try {
      const everything = farm.processes();
      expect(await farm.signal('SIGINT')).toBe(0);
      expect(everything.filter(({ pid }) => isAlive(pid))).toEqual([]);
      expect(farm.notes()).toMatch(/^farm is up: .*\nstopping\n$/);
      expect(existsSync(path.join(farm.dataDir, 'farm.pid'))).toBe(false);
    } finally {
      await farm.remove();
    }
  });

  // Before anything runs, while the parts are starting, and in the middle of measuring.
  test.each([
    ['at its beginning', /starting NATS/],
    ['while it searches', /devices busy, .*hypervolume/],
  ])(
    'ends farm demo %s with status 1, and leaves neither processes nor temporary files',
    async (_, moment) => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-e2e-'));
      try {
        const child = spawn(
          process.execPath,
          [farmProgram, 'demo', '-o', path.join(folder, 'demo')],
          { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
        );
        const exited = once(child, 'exit');
        let notes = '';
        child.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
        await eventually(
          `it says ${String(moment)}`,
          40_000,
          () => moment.test(notes) || child.exitCode !== null,
        );
        const everything = descendants(child.pid ?? 0);
        child.kill('SIGINT');
        expect((await exited)[0]).toBe(1);
        expect(notes.trimEnd().split('\n').at(-1)).toBe('farm: interrupted');
        await eventually('all parts end', endDeadlineMs, () =>
          everything.every(({ pid }) => !isAlive(pid)),
        );
        expect(readdirSync(folder)).toEqual(['demo']);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
