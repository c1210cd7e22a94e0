import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Device } from '../../../../agent/device/device';
import { startAdbServer, type TestAdbServer } from '../../../servers/adb_server';
import { startShellPhone, type ShellPhone } from '../../../servers/shell_phone';
import { watchPhones, type Watch } from './adb_fixture';

const folder = mkdtempSync(path.join(os.tmpdir(), 'push-'));
const small = path.join(folder, 'small');
const large = path.join(folder, 'large');
const largeBytes = 20_000_000;
let server: TestAdbServer;
let phone: ShellPhone;
let watch: Watch;
let device: Device;

beforeAll(async () => {
  writeFileSync(small, 'small');
  writeFileSync(large, randomBytes(largeBytes));
  server = await startAdbServer();
});
beforeEach(async () => {
  phone = await startShellPhone({ properties: { 'ro.serialno': 'R1', 'sys.boot_completed': '1' } });
  watch = watchPhones(server.port);
  await server.connect(phone.port);
  device = await watch.attached('R1');
});
afterEach(async () => {
  jest.useRealTimers();
  await watch.tracker.close();
  await phone.close();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const push = (localPath: string, name: string, signal?: AbortSignal): ReturnType<Device['push']> =>
  device.push(localPath, `${device.workFolder}/${name}`, {
    executable: false,
    deadlineMs: 10_000,
    ...(signal === undefined ? {} : { signal }),
  });
const onPhone = (name: string): string => path.join(phone.root, 'pareto-farm', name);
const closed = (stream: ShellPhone['syncStreams'][number] | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (stream === undefined || stream.closed.aborted) resolve();
    else stream.closed.addEventListener('abort', () => resolve(), { once: true });
  });

describe('pushes to one phone', () => {
  it('use one connection, one after another', async () => {
    for (const name of ['first', 'second', 'third'])
      expect(await push(small, name)).toMatchObject({ ok: true });
    expect(phone.syncStreams).toHaveLength(1);
    expect(readFileSync(onPhone('third'), 'utf8')).toBe('small');
  });

  it('never share a connection', async () => {
    await Promise.all([push(large, 'large'), push(small, 'small')]);
    expect(phone.syncStreams).toHaveLength(2);
    expect(readFileSync(onPhone('large')).equals(readFileSync(large))).toBe(true);
    expect(readFileSync(onPhone('small'), 'utf8')).toBe('small');
  });

  it('open a new connection in the place of one that broke', async () => {
    await push(small, 'first');
    phone.syncStreams[0]?.close();
    expect(await push(small, 'second')).toMatchObject({ ok: true });
    expect(phone.syncStreams).toHaveLength(2);
  });

  it('open a new connection after a refusal', async () => {
    expect(await push(small, '')).toMatchObject({ ok: false, error: { code: 'transfer-failed' } });
    expect(await push(small, 'second')).toMatchObject({ ok: true });
  });

  it('leave no connection open on a phone that is closed', async () => {
    await push(small, 'first');
    await device.close();
    await closed(phone.syncStreams[0]);
  });

  it('leave no connection open for long', async () => {
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance', 'hrtime'],
    });
    await push(small, 'first');
    jest.advanceTimersByTime(29_000);
    expect(phone.syncStreams[0]?.closed.aborted).toBe(false);
    jest.advanceTimersByTime(1_000);
    jest.useRealTimers();
    await closed(phone.syncStreams[0]);
  });

  it('leave nothing there when they are stopped, and the next one to that name is whole', async () => {
    const stop = new AbortController();
    const stopped = push(large, 'model', stop.signal);
    while (!existsSync(onPhone('model'))) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await stopped).toMatchObject({ ok: false, error: { code: 'stopped' } });
    expect(existsSync(onPhone('model'))).toBe(false);
    expect(await push(large, 'model')).toMatchObject({ ok: true });
    expect(readFileSync(onPhone('model')).equals(readFileSync(large))).toBe(true);
  });
});
