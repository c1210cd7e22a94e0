import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { watchDevices, type AttachmentChange } from '../../../agent/worker/attached_devices';
import { createLogger } from '../../../platform/logger';
import { startAdbServer } from '../../servers/adb_server';
import { startShellPhone } from '../../servers/shell_phone';

describe('watchDevices', () => {
  it('holds the host and the phones, tells of changes, and closes them all', async () => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'attached-'));
    const server = await startAdbServer();
    const phone = await startShellPhone({
      properties: { 'ro.serialno': 'R1', 'sys.boot_completed': '1' },
    });
    const devices = await watchDevices({
      dataDir,
      adb: {
        enabled: true,
        host: '127.0.0.1',
        port: server.port,
        binary: 'adb',
        startServer: true,
      },
      host: { enabled: true, cores: [] },
      excludedSerials: [],
      logger: createLogger('test', 'silent'),
    });
    const host = devices.devices()[0]!;
    expect(host.hardware.kind).toBe('host');
    const changes: AttachmentChange[] = [];
    const hostAttached = new Promise<void>((resolve) => {
      devices.onChange((change) => {
        changes.push(change);
        if (change.kind === 'attached') resolve();
      });
    });
    await server.connect(phone.port);
    await hostAttached;
    expect(devices.devices().map((device) => device.hardware.serial)).toEqual([
      host.hardware.serial,
      'R1',
    ]);
    expect(devices.unusable().filter((each) => each.adbState === 'device')).toEqual([]);
    await devices.close();
    expect(devices.devices()).toEqual([]);
    expect(await host.disconnected).toBe('closed by the agent');
    expect(
      changes.filter((change) => change.kind === 'detached').map((change) => change.serial),
    ).toEqual(['R1', host.hardware.serial]);
    await phone.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
});
