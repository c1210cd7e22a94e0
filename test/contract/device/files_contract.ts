import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { deadlineMs, expectFault, expectValue, type DeviceUnderTest } from './device_under_test';

/** How files come to a device, are read there and go. */
export function filesContract(subject: DeviceUnderTest): void {
  const { shell, run, read, remove, inWorkFolder, localFile, push } = subject;
  describe('files', () => {
    it.each([0, 1, 65_536, 65_537, 5_000_000])('pushes %d bytes exactly', async (size) => {
      const content = randomBytes(size);
      expect(await push(content, inWorkFolder('pushed.bin'))).toEqual({
        ok: true,
        value: undefined,
      });
      expect((await read(inWorkFolder('pushed.bin'), size))?.equals(content)).toBe(true);
    });

    it('replaces what was there and leaves nothing beside it', async () => {
      await push(Buffer.from('old and longer'), inWorkFolder('replaced'));
      expectValue(await push(Buffer.from('new'), inWorkFolder('replaced')));
      expect((await read(inWorkFolder('replaced'), 100))?.toString()).toBe('new');
      expect(expectValue(await run('ls', '-A', subject.device.workFolder)).stdout).not.toContain(
        '.part',
      );
    });

    it('pushes to names that a shell would interpret', async () => {
      const name = inWorkFolder("it's $(odd); name");
      expectValue(await push(Buffer.from('x'), name));
      expect((await read(name, 1))?.toString()).toBe('x');
      await remove(name);
      expect(await read(name, 1)).toBeNull();
    });

    it('makes a pushed tool executable', async () => {
      const tool = await localFile(Buffer.from('#!/bin/sh\necho ran\n'));
      expectValue(
        await subject.device.push(tool, inWorkFolder('tool'), { executable: true, deadlineMs }),
      );
      expect(expectValue(await run('ls', '-l', inWorkFolder('tool'))).stdout).toMatch(/^-rwx/);
    });

    it('refuses a file that is not there with its reason', async () => {
      const result = await subject.device.push(
        path.join(subject.folder, 'missing'),
        inWorkFolder('x'),
        {
          executable: false,
          deadlineMs,
        },
      );
      expect(expectFault(result).code).toBe('artifact-unavailable');
    });

    it('refuses a target that is a folder', async () => {
      expect((await push(Buffer.from('x'), subject.device.workFolder)).ok).toBe(false);
      expect(expectValue(await run('ls', '-A', subject.device.workFolder)).stdout).not.toContain(
        '.part',
      );
    });

    it('does not push what is already stopped', async () => {
      const file = await localFile(Buffer.from('x'));
      const result = await subject.device.push(file, inWorkFolder('stopped'), {
        executable: false,
        deadlineMs,
        signal: AbortSignal.abort(),
      });
      expect(expectFault(result).code).toBe('stopped');
      expect(await read(inWorkFolder('stopped'), 10)).toBeNull();
    });

    it('reads what the tool wrote, in the same call, whatever its exit code', async () => {
      const execution = expectValue(
        await subject.device.execute(shell('echo 1,2 >rows; echo out; echo err >&2; exit 3'), {
          deadlineMs,
          thenRead: { path: inWorkFolder('rows'), largestBytes: 100 },
        }),
      );
      expect(execution).toEqual({
        exitCode: 3,
        stdout: 'out\n',
        stderr: 'err\n',
        fileRead: Buffer.from('1,2\n'),
      });
    });

    it('reads up to its bound, and neither more nor what is not there', async () => {
      expectValue(await push(Buffer.from('12345'), inWorkFolder('five')));
      expect((await read(inWorkFolder('five'), 5))?.toString()).toBe('12345');
      expect(await read(inWorkFolder('five'), 4)).toBeNull();
      expect(await read(inWorkFolder('none'), 4)).toBeNull();
      expect(await read(subject.device.workFolder, 4)).toBeNull();
    });

    it('says at the end of a job what lay in its model file, and removes its files; missing ones are removed', async () => {
      const content = randomBytes(70_000);
      expectValue(await push(content, inWorkFolder('gone')));
      const files = {
        modelPath: inWorkFolder('gone'),
        all: [inWorkFolder('gone'), inWorkFolder('never there'), subject.device.workFolder],
      };
      const { state, modelDigest } = expectValue(await subject.device.endJob(files));
      expect(modelDigest).toBe(createHash('sha256').update(content).digest('hex'));
      expect(state.atMs).toBeGreaterThan(0);
      expect(expectValue(await subject.device.endJob(files)).modelDigest).toBeNull();
      expect(expectValue(await run('ls', '-d', subject.device.workFolder)).exitCode).toBe(0);
      expect(await read(inWorkFolder('gone'), 10)).toBeNull();
    });
  });
}
