import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../../../platform/logger';
import type { Device } from '../../../../agent/device/device';
import type { ListedPhone } from '../../../../agent/device/adb/device_list';
import { Roster } from '../../../../agent/device/phone/roster';
import { startAdbServer, type TestAdbServer } from '../../../servers/adb_server';
import { startShellPhone, type ShellPhone } from '../../../servers/shell_phone';

const serial = '0123456789ABCDEF';
/** As the tracker does: adb answers for a phone before the phone itself does. */
const pollIntervalMs = 50;
const mostPolls = 200;

let server: TestAdbServer;
let phones: readonly ShellPhone[];
beforeEach(async () => {
  server = await startAdbServer();
  const properties = { 'ro.serialno': serial, 'sys.boot_completed': '1' };
  phones = await Promise.all([1, 2].map(() => startShellPhone({ properties })));
});
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.close()));
  await server.stop();
});

/** adb's list as it is with two phones on USB whose maker gave them one number; their transports are real. */
async function listPhones(): Promise<readonly ListedPhone[]> {
  return Promise.all(
    phones.map(async (phone, index): Promise<ListedPhone> => {
      await server.connect(phone.port);
      phone.writeFile('which', `${String(index)}\n`);
      const transportId = await server.transportOf(`127.0.0.1:${String(phone.port)}`);
      return {
        adbSerial: serial,
        state: 'device',
        usb: true,
        port: `usb:1-${String(index + 2)}`,
        transportId,
      };
    }),
  );
}

test('two phones that adb lists under one name are two devices, each reached as itself', async () => {
  const devices = new Map<string, Device>();
  const options = {
    address: { host: '127.0.0.1', port: server.port },
    excludedSerials: [],
    owner: '0123abcd',
  };
  const roster = new Roster(
    { ...options, logger: createLogger('test', 'silent') },
    {
      attached: (device) => {
        devices.set(device.hardware.serial, device);
      },
      detached: (each) => {
        devices.delete(each);
      },
      changed: () => undefined,
    },
  );
  const names = (await listPhones()).map((phone) => `${serial}@${phone.port}`);
  for (let polls = 0; polls < mostPolls && !names.every((name) => devices.has(name)); polls += 1) {
    roster.update(await listPhones());
    await sleep(pollIntervalMs);
  }
  expect([...devices.keys()].toSorted()).toEqual(names);
  for (const [index, name] of names.entries()) {
    const read = devices
      .get(name)!
      .execute(['cat', '/data/local/tmp/which'], { deadlineMs: 5_000 });
    expect(await read).toMatchObject({ ok: true, value: { stdout: `${String(index)}\n` } });
  }
  roster.dropAll('the test ends');
});
