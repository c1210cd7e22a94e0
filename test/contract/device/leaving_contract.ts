import { randomBytes } from 'node:crypto';
import type { Result } from '../../../common/result';
import { deadlineMs, expectFault, expectValue, type DeviceUnderTest } from './device_under_test';

/** What a device says of itself, and what every call answers once it is gone or full. */
export function leavingContract(subject: DeviceUnderTest): void {
  const { shell, run, inWorkFolder, localFile, push } = subject;
  it('says what state it is in', async () => {
    const state = expectValue(await subject.device.readState());
    expect(state.atMs).toBeGreaterThan(0);
    for (const celsius of Object.values(state.celsiusBySensor))
      expect(Number.isFinite(celsius)).toBe(true);
  });

  it('says what it is', () => {
    expect(subject.device.hardware.serial).toMatch(/^[\w.:-]+$/);
    expect(subject.device.hardware.soc).not.toBe('');
    expect(subject.device.hardware.storageFreeBytes).toBeGreaterThan(0);
    expect(subject.device.hardware.memoryBytes).toBeGreaterThan(0);
  });

  it('answers every call with a disconnected fault once it is closed', async () => {
    await subject.device.close();
    await subject.device.close();
    expect(typeof (await subject.device.disconnected)).toBe('string');
    await expectAllDisconnected();
  });

  it('ends a running call and settles `disconnected` when the cable is pulled', async () => {
    if (subject.opened.unplug === undefined) return;
    const running = subject.device.execute(shell('sleep 600'), { deadlineMs: 60_000 });
    await subject.opened.unplug();
    expect(expectFault(await running).code).toBe('disconnected');
    expect(typeof (await subject.device.disconnected)).toBe('string');
    await expectAllDisconnected();
  });

  it('says storage-full and leaves no partial file when the disk is full', async () => {
    if (subject.opened.leaveRoom === undefined) return;
    await subject.opened.leaveRoom(100_000);
    expect(expectFault(await push(randomBytes(3_000_000), inWorkFolder('too_big'))).code).toBe(
      'storage-full',
    );
    expect(expectValue(await run('ls', '-A', subject.device.workFolder)).stdout).not.toContain(
      'too_big',
    );
  });

  const expectAllDisconnected = async (): Promise<void> => {
    const file = await localFile(Buffer.from('x'));
    const results: Result<unknown, { readonly code: string }>[] = await Promise.all([
      subject.device.readState(),
      subject.device.endJob({ modelPath: inWorkFolder('x'), all: [] }),
      run('true'),
      subject.device.push(file, inWorkFolder('x'), { executable: false, deadlineMs }),
    ]);
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual(
      Array(4).fill('disconnected'),
    );
  };
}
