import { createLogger } from '../../../../common/logger';
import type { Device } from '../../../../agent/device/device';
import type { ListedPhone } from '../../../../agent/device/adb/device_list';
import { Roster } from '../../../../agent/device/adb/roster';
import { startAdbServer } from '../../../servers/adb_server';
import { startShellPhone } from '../../../servers/shell_phone';

/** adb's list as it is with two phones on USB whose maker gave them one number; their transports are real. */
test('two phones that adb lists under one name are two devices, each reached as itself', async () => {
  const server = await startAdbServer();
  const phones = await Promise.all([1, 2].map(() => startShellPhone({ properties: { 'ro.serialno': '0123456789ABCDEF', 'sys.boot_completed': '1' } })));
  const devices = new Map<string, Device>();
  const changes = new Set<() => void>();
  const changed = (): void => {
    for (const look of [...changes]) look();
  };
  const roster = new Roster(
    { address: { host: '127.0.0.1', port: server.port }, excludedSerials: [], owner: '0123abcd', logger: createLogger('test', 'silent') },
    {
      attached: (device) => {
        devices.set(device.hardware.serial, device);
      },
      detached: (serial) => {
        devices.delete(serial);
      },
      changed,
    },
  );
  const listed = await Promise.all(
    phones.map(async (phone, index): Promise<ListedPhone> => {
      await server.connect(phone.port);
      phone.writeFile('which', `${String(index)}\n`);
      return { adbSerial: '0123456789ABCDEF', state: 'device', usb: true, port: `usb:1-${String(index + 2)}`, transportId: await server.transportOf(`127.0.0.1:${String(phone.port)}`) };
    }),
  );
  const names = listed.map((phone) => `0123456789ABCDEF@${phone.port}`);
  await new Promise<void>((resolve) => {
    changes.add(() => {
      roster.update(listed);
      if (names.every((name) => devices.has(name))) resolve();
    });
    roster.update(listed);
  });
  expect([...devices.keys()].toSorted()).toEqual(names);
  for (const [index, name] of names.entries()) {
    expect(await devices.get(name)!.execute(['cat', '/data/local/tmp/which'], { deadlineMs: 5_000 })).toMatchObject({ ok: true, value: { stdout: `${String(index)}\n` } });
  }
  changes.clear();
  roster.dropAll('the test ends');
  await Promise.all(phones.map((phone) => phone.close()));
  await server.stop();
});
