import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openShelf, type ShelfChange } from '../../../agent/device/shelf';
import { createLogger } from '../../../platform/logger';
import { startAdbServer } from '../../servers/adb_server';
import { startShellPhone } from '../../servers/shell_phone';

describe('openShelf', () => {
  it('holds the host and the phones, tells of changes, and closes them all', async () => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'shelf-'));
    const server = await startAdbServer();
    const phone = await startShellPhone({
      properties: { 'ro.serialno': 'R1', 'sys.boot_completed': '1' },
    });
    const shelf = await openShelf({
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
    const host = shelf.devices()[0]!;
    expect(host.hardware.kind).toBe('host');
    const changes: ShelfChange[] = [];
    const attached = new Promise<void>((resolve) => {
      shelf.onChange((change) => {
        changes.push(change);
        if (change.kind === 'attached') resolve();
      });
    });
    await server.connect(phone.port);
    await attached;
    expect(shelf.devices().map((device) => device.hardware.serial)).toEqual([
      host.hardware.serial,
      'R1',
    ]);
    expect(shelf.unusable().filter((each) => each.adbState === 'device')).toEqual([]);
    await shelf.close();
    expect(shelf.devices()).toEqual([]);
    expect(await host.disconnected).toBe('closed by the agent');
    expect(
      changes.filter((change) => change.kind === 'detached').map((change) => change.serial),
    ).toEqual(['R1', host.hardware.serial]);
    await phone.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
});
