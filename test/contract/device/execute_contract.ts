import { deadlineMs, expectFault, expectValue, type DeviceUnderTest } from './device_under_test';

/** For a process to begin or to end. */
const mostLooks = 100;

/** How commands run on a device, and how they end. */
export function executeContract(subject: DeviceUnderTest): void {
  const { shell, run, read, remove, inWorkFolder, push } = subject;
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
      expect(expectValue(await run('ls', subject.device.workFolder)).stdout).not.toContain('PWNED');
    });

    it('takes names of shell builtins for programs', async () => {
      expect(expectValue(await run('exit', '7')).exitCode).toBe(127);
    });

    it('sets environment variables and the working directory', async () => {
      const execution = expectValue(
        await subject.device.execute(shell('echo "$FARM_WORD"; pwd'), {
          deadlineMs,
          environment: { FARM_WORD: "it's $HOME" },
          workingDirectory: subject.device.workFolder,
        }),
      );
      expect(execution.stdout).toBe(`it's $HOME\n${subject.device.workFolder}\n`);
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
      const result = await subject.device.execute(
        shell(`echo $$ >${inWorkFolder('hung.pid')}; sleep 600`),
        { deadlineMs: 500 },
      );
      expect(expectFault(result).code).toBe('timeout');
      await expectEnded();
    });

    it('kills the tool on the device when it is stopped', async () => {
      const stop = new AbortController();
      const running = subject.device.execute(
        shell(`echo $$ >${inWorkFolder('hung.pid')}; sleep 600`),
        {
          deadlineMs,
          signal: stop.signal,
        },
      );
      await started();
      stop.abort();
      expect(expectFault(await running).code).toBe('stopped');
      await expectEnded();
    });

    it('does not begin what is already stopped', async () => {
      const result = await subject.device.execute(['touch', inWorkFolder('never')], {
        deadlineMs,
        signal: AbortSignal.abort(),
      });
      expect(expectFault(result).code).toBe('stopped');
      expect(expectValue(await run('ls', subject.device.workFolder)).stdout).not.toContain('never');
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
}
