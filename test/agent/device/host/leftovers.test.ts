import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ownerVariable, removeLeftovers } from '../../../../agent/device/host/leftovers';

describe('removeLeftovers', () => {
  it('ends processes of our work folder with their children, half-written files, those of jobs, and nothing else', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'leftovers-'));
    await writeFile(path.join(folder, 'model.onnx'), '');
    await writeFile(path.join(folder, 'model.onnx.0a1b2c3d.part'), '');
    await writeFile(path.join(folder, 'job-0123abcd-1700000000-0123456789ab.onnx'), '');
    const start = (owner: string): ReturnType<typeof spawn> =>
      spawn('sh', ['-c', 'sleep 600 & echo $!; wait'], {
        detached: true,
        env: { ...process.env, [ownerVariable]: owner },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const [ours, theirs] = [start(folder), start(`${folder}2`)];
    await Promise.all([once(ours.stdout!, 'data'), once(theirs.stdout!, 'data')]);
    // The pipe closes only when the child of the shell has ended too.
    const ended = once(ours, 'close');
    await removeLeftovers(folder);
    await ended;
    expect(theirs.exitCode).toBeNull();
    expect(theirs.signalCode).toBeNull();
    expect(await readdir(folder)).toEqual(['model.onnx']);
    process.kill(-theirs.pid!, 'SIGKILL');
    await once(theirs, 'close');
    await rm(folder, { recursive: true, force: true });
  });
});
