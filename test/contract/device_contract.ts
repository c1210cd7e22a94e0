import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Device } from '../../agent/device/device';
import type { Result } from '../../common/result';

interface OpenedDevice {
  readonly device: Device;
  /** Pulls the cable; absent for the host, which has none. */
  readonly unplug?: () => Promise<void> | void;
  /** Leaves room for so many bytes; absent where the test cannot fill a disk. */
  readonly leaveRoom?: (bytes: number) => Promise<void> | void;
  readonly close: () => Promise<void>;
}

const deadlineMs = 10_000;

/** For a process to begin or to end. */
const mostLooks = 100;

/** What every adapter of the Device port must do, whatever is behind it. */
export function deviceContract(name: string, openDevice: () => Promise<OpenedDevice>): void {
  describe(`${name} as a device`, () => {
    let opened: OpenedDevice;
    let device: Device;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'device-contract-'));
    });
    beforeEach(async () => {
      opened = await openDevice();
      device = opened.device;
    });
    afterEach(async () => {
      await opened.close();
    });
    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    const shell = (script: string): readonly string[] => ['sh', '-c', script];
    const run = (...command: string[]): ReturnType<Device['execute']> =>
      device.execute(command, { deadlineMs });
    const read = async (devicePath: string, largestBytes: number): Promise<Buffer | null> =>
      expectValue(
        await device.execute(['true'], {
          deadlineMs,
          thenRead: { path: devicePath, largestBytes },
        }),
      ).fileRead;
    const remove = async (devicePath: string): Promise<unknown> =>
      expectValue(await run('rm', '-f', '--', devicePath));
    const inWorkFolder = (fileName: string): string => `${device.workFolder}/${fileName}`;
    const localFile = async (content: Buffer): Promise<string> => {
      const file = path.join(folder, randomBytes(4).toString('hex'));
      await writeFile(file, content);
      return file;
    };
    const push = async (content: Buffer, devicePath: string): ReturnType<Device['push']> =>
      device.push(await localFile(content), devicePath, { executable: false, deadlineMs });

    describe('execute', () => {
      it('gives the exit code and both streams apart', async () => {
        expect(expectValue(await run(...shell('echo out; echo err >&2; exit 3')))).toEqual({
          exitCode: 3,
          stdout: 'out\n',
          stderr: 'err\n',
          fileRead: null,
        });
      });

      it('keeps output byte by byte when no line end follows it', async () => {
        expect(expectValue(await run('printf', 'a\\nb'))).toEqual({
          exitCode: 0,
          stdout: 'a\nb',
          stderr: '',
          fileRead: null,
        });
      });

      it('says 127 for a program that is not there', async () => {
        const execution = expectValue(await run('/no/such/tool'));
        expect(execution.exitCode).toBe(127);
        expect(execution.stdout).toBe('');
        expect(execution.stderr).not.toBe('');
      });

      it.each([
        ["'; touch PWNED; '"],
        ['$(touch PWNED)'],
        ['`touch PWNED`'],
        ['a b  c'],
        ['"double" \\back\\'],
        ['line\nbreak'],
        ['tab\there'],
        ['*'],
        ['~'],
        ['#no comment'],
        ['grüße 手机 🙂'],
        ['&& touch PWNED'],
        ['-n'],
        [''],
        ['$HOME'],
        ['!!'],
      ])('passes the argument %j as it is', async (argument) => {
        expect(expectValue(await run('printf', '[%s]', argument)).stdout).toBe(`[${argument}]`);
        expect(expectValue(await run('ls', device.workFolder)).stdout).not.toContain('PWNED');
      });

      it('takes names of shell builtins for programs', async () => {
        expect(expectValue(await run('exit', '7')).exitCode).toBe(127);
      });

      it('sets environment variables and the working directory', async () => {
        const execution = expectValue(
          await device.execute(shell('echo "$FARM_WORD"; pwd'), {
            deadlineMs,
            environment: { FARM_WORD: "it's $HOME" },
            workingDirectory: device.workFolder,
          }),
        );
        expect(execution.stdout).toBe(`it's $HOME\n${device.workFolder}\n`);
      });

      it('bounds what a talkative tool prints', async () => {
        expectValue(await push(Buffer.alloc(5_000_000, 'x'), inWorkFolder('long')));
        const execution = expectValue(await run('cat', inWorkFolder('long')));
        expect(execution.exitCode).toBe(0);
        expect(execution.stdout.length).toBe(4 * 1024 * 1024);
      });

      it('runs two commands side by side', async () => {
        const [first, second] = await Promise.all([run('echo', 'first'), run('echo', 'second')]);
        expect(expectValue(first).stdout).toBe('first\n');
        expect(expectValue(second).stdout).toBe('second\n');
      });

      it('kills the tool on the device when its time is up', async () => {
        const result = await device.execute(
          shell(`echo $$ >${inWorkFolder('hung.pid')}; sleep 600`),
          { deadlineMs: 500 },
        );
        expect(expectFault(result).code).toBe('timeout');
        await expectEnded();
      });

      it('kills the tool on the device when it is stopped', async () => {
        const stop = new AbortController();
        const running = device.execute(shell(`echo $$ >${inWorkFolder('hung.pid')}; sleep 600`), {
          deadlineMs,
          signal: stop.signal,
        });
        await started();
        stop.abort();
        expect(expectFault(await running).code).toBe('stopped');
        await expectEnded();
      });

      it('does not begin what is already stopped', async () => {
        const result = await device.execute(['touch', inWorkFolder('never')], {
          deadlineMs,
          signal: AbortSignal.abort(),
        });
        expect(expectFault(result).code).toBe('stopped');
        expect(expectValue(await run('ls', device.workFolder)).stdout).not.toContain('never');
      });

      const started = async (): Promise<string> => {
        for (let look = 0; look < mostLooks; look += 1) {
          const file = await read(inWorkFolder('hung.pid'), 100);
          if (file !== null && file.length > 0) return file.toString().trim();
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        throw new Error('the tool did not start');
      };
      const expectEnded = async (): Promise<void> => {
        const pid = await started();
        expect(pid).toMatch(/^\d+$/);
        // A process that was killed may be a zombie for a moment, until its new parent has taken note.
        const isRunning = async (): Promise<boolean> => {
          const { exitCode, stdout } = expectValue(await run('cat', `/proc/${pid}/stat`));
          return exitCode === 0 && !/^\d+ \(.*\) Z/.test(stdout);
        };
        for (let look = 0; look < mostLooks && (await isRunning()); look += 1);
        expect(await isRunning()).toBe(false);
        await remove(inWorkFolder('hung.pid'));
      };
    });

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
        expect(expectValue(await run('ls', '-A', device.workFolder)).stdout).not.toContain('.part');
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
          await device.push(tool, inWorkFolder('tool'), { executable: true, deadlineMs }),
        );
        expect(expectValue(await run('ls', '-l', inWorkFolder('tool'))).stdout).toMatch(/^-rwx/);
      });

      it('refuses a file that is not there with its reason', async () => {
        const result = await device.push(path.join(folder, 'missing'), inWorkFolder('x'), {
          executable: false,
          deadlineMs,
        });
        expect(expectFault(result).code).toBe('artifact-unavailable');
      });

      it('refuses a target that is a folder', async () => {
        expect((await push(Buffer.from('x'), device.workFolder)).ok).toBe(false);
        expect(expectValue(await run('ls', '-A', device.workFolder)).stdout).not.toContain('.part');
      });

      it('does not push what is already stopped', async () => {
        const file = await localFile(Buffer.from('x'));
        const result = await device.push(file, inWorkFolder('stopped'), {
          executable: false,
          deadlineMs,
          signal: AbortSignal.abort(),
        });
        expect(expectFault(result).code).toBe('stopped');
        expect(await read(inWorkFolder('stopped'), 10)).toBeNull();
      });

      it('reads what the tool wrote, in the same call, whatever its exit code', async () => {
        const execution = expectValue(
          await device.execute(shell('echo 1,2 >rows; echo out; echo err >&2; exit 3'), {
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
        expect(await read(device.workFolder, 4)).toBeNull();
      });

      it('says at the end of a job what lay in its model file, and removes its files; missing ones are removed', async () => {
        const content = randomBytes(70_000);
        expectValue(await push(content, inWorkFolder('gone')));
        const files = {
          modelPath: inWorkFolder('gone'),
          all: [inWorkFolder('gone'), inWorkFolder('never there'), device.workFolder],
        };
        const { state, modelDigest } = expectValue(await device.endJob(files));
        expect(modelDigest).toBe(createHash('sha256').update(content).digest('hex'));
        expect(state.atMs).toBeGreaterThan(0);
        expect(expectValue(await device.endJob(files)).modelDigest).toBeNull();
        expect(expectValue(await run('ls', '-d', device.workFolder)).exitCode).toBe(0);
        expect(await read(inWorkFolder('gone'), 10)).toBeNull();
      });
    });

    it('says what state it is in', async () => {
      const state = expectValue(await device.readState());
      expect(state.atMs).toBeGreaterThan(0);
      for (const celsius of Object.values(state.celsiusBySensor))
        expect(Number.isFinite(celsius)).toBe(true);
    });

    it('says what it is', () => {
      expect(device.hardware.serial).toMatch(/^[\w.:-]+$/);
      expect(device.hardware.soc).not.toBe('');
      expect(device.hardware.storageFreeBytes).toBeGreaterThan(0);
      expect(device.hardware.memoryBytes).toBeGreaterThan(0);
    });

    it('answers every call with a disconnected fault once it is closed', async () => {
      await device.close();
      await device.close();
      expect(typeof (await device.disconnected)).toBe('string');
      await expectAllDisconnected();
    });

    it('ends a running call and settles `disconnected` when the cable is pulled', async () => {
      if (opened.unplug === undefined) return;
      const running = device.execute(shell('sleep 600'), { deadlineMs: 60_000 });
      await opened.unplug();
      expect(expectFault(await running).code).toBe('disconnected');
      expect(typeof (await device.disconnected)).toBe('string');
      await expectAllDisconnected();
    });

    it('says storage-full and leaves no partial file when the disk is full', async () => {
      if (opened.leaveRoom === undefined) return;
      await opened.leaveRoom(100_000);
      expect(expectFault(await push(randomBytes(3_000_000), inWorkFolder('too_big'))).code).toBe(
        'storage-full',
      );
      expect(expectValue(await run('ls', '-A', device.workFolder)).stdout).not.toContain('too_big');
    });

    const expectAllDisconnected = async (): Promise<void> => {
      const file = await localFile(Buffer.from('x'));
      const results: Result<unknown, { readonly code: string }>[] = await Promise.all([
        device.readState(),
        device.endJob({ modelPath: inWorkFolder('x'), all: [] }),
        run('true'),
        device.push(file, inWorkFolder('x'), { executable: false, deadlineMs }),
      ]);
      expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual(
        Array(4).fill('disconnected'),
      );
    };
  });
}

function expectValue<Value>(result: Result<Value, unknown>): Value {
  expect(result).toMatchObject({ ok: true });
  return (result as { readonly value: Value }).value;
}

function expectFault<Failure>(result: Result<unknown, Failure>): Failure {
  expect(result).toMatchObject({ ok: false });
  return (result as { readonly error: Failure }).error;
}
