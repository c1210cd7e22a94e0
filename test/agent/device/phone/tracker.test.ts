import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { startAdbServer, type TestAdbServer } from '../../../servers/adb_server';
import { startShellPhone, type ShellPhone } from '../../../servers/shell_phone';
import { watchPhones, type Watch } from '../adb/adb_fixture';

const phoneNamed = (
  serial: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ShellPhone> =>
  startShellPhone({ properties: { 'ro.serialno': serial, 'sys.boot_completed': '1', ...more } });

describe('trackPhones', () => {
  let server: TestAdbServer;
  let watch: Watch;
  const phones: ShellPhone[] = [];
  const plug = async (phone: Promise<ShellPhone>): Promise<ShellPhone> => {
    const plugged = await phone;
    phones.push(plugged);
    await server.connect(plugged.port);
    return plugged;
  };

  beforeEach(async () => {
    server = await startAdbServer();
  });
  afterEach(async () => {
    await watch.tracker.close();
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    await server.stop();
  });

  it('attaches a phone by its own serial number, and detaches it with the reason when the cable is pulled', async () => {
    watch = watchPhones(server.port);
    const phone = await plug(phoneNamed('R1'));
    const device = await watch.attached('R1');
    phone.unplug();
    await watch.detached('R1');
    expect(await device.disconnected).toContain('adb lists');
    expect(watch.events).toEqual(['+R1', '-R1']);
  });

  it('answers a call that was running when the cable was pulled', async () => {
    watch = watchPhones(server.port);
    const phone = await plug(phoneNamed('R1'));
    const device = await watch.attached('R1');
    const running = device.execute(['sleep', '600'], { deadlineMs: 60_000 });
    phone.unplug();
    expect(await running).toMatchObject({ ok: false, error: { code: 'disconnected' } });
  });

  it('brings the phones back after the adb server was killed', async () => {
    watch = watchPhones(server.port);
    const phone = await plug(phoneNamed('R1'));
    const before = await watch.attached('R1');
    await server.kill9();
    await watch.detached('R1');
    expect(await before.disconnected).toBe('the adb server is gone');
    // The tracker has started a server of its own in the place of the killed one.
    for (;;) {
      try {
        await server.connect(phone.port);
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    const after = await watch.attached('R1', before);
    expect(await after.execute(['echo', 'back'], { deadlineMs: 5_000 })).toMatchObject({
      ok: true,
      value: { stdout: 'back\n' },
    });
  });

  it('lists a phone that is still booting, and attaches it when it has started', async () => {
    watch = watchPhones(server.port);
    const phone = await plug(phoneNamed('R1', { 'sys.boot_completed': '0' }));
    // adb may list it as offline first, until they have greeted each other.
    await watch.until(() => watch.unusable().some((each) => each.adbState === 'device'));
    expect(watch.unusable()).toEqual([expect.objectContaining({ reason: 'still booting' })]);
    phone.setProperty('sys.boot_completed', '1');
    await watch.attached('R1');
    await watch.until(() => watch.unusable().length === 0);
  });

  it('lists an unauthorized phone with the remedy and leaves it alone', async () => {
    watch = watchPhones(server.port);
    const phone = await startUnauthorizedPhone();
    try {
      void server.connect(phone.port).catch(() => undefined);
      await watch.until(() => watch.unusable().some((each) => each.adbState === 'unauthorized'));
      expect(watch.unusable()[0]?.remedy).toContain('Allow USB debugging');
      expect(phone.opened()).toBe(0);
      expect(watch.events).toEqual([]);
    } finally {
      phone.close();
    }
  });

  it('knows phones that share a serial number by their adb serials', async () => {
    watch = watchPhones(server.port);
    const [first, second] = [
      await plug(phoneNamed('0123456789ABCDEF')),
      await plug(phoneNamed('0123456789ABCDEF')),
    ];
    const serials = [first, second].map((phone) => `127.0.0.1:${phone.port}`);
    await watch.until(() => serials.every((serial) => watch.devices.has(serial)));
    expect([...watch.devices.keys()].toSorted()).toEqual(serials.toSorted());
  });

  describe('that is reached in two ways', () => {
    const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 2_500));

    it.each([
      ['one phone with a serial number', {}],
      ['one phone without', { 'ro.serialno': '' }],
    ])('is %s, and none besides', async (_, properties) => {
      watch = watchPhones(server.port);
      const phone = await plug(phoneNamed('R1', properties));
      await server.connect(phone.port, 'localhost');
      await watch.until(() => watch.devices.size > 0);
      await settled();
      expect(watch.devices.size).toBe(1);
      expect(watch.unusable()).toEqual([]);
      expect(readdirSync(path.join(phone.root, 'pareto-farm'))).toEqual(['.phone']);
    });

    it('goes on by the other way when the one in use goes', async () => {
      watch = watchPhones(server.port);
      const phone = await plug(phoneNamed('R1'));
      const before = await watch.attached('R1');
      await server.connect(phone.port, 'localhost');
      await settled();
      await server.disconnect(`127.0.0.1:${phone.port}`);
      const after = await watch.attached('R1', before);
      expect(await after.execute(['echo', 'there'], { deadlineMs: 5_000 })).toMatchObject({
        ok: true,
        value: { stdout: 'there\n' },
      });
      expect(watch.events).toEqual(['+R1', '-R1', '+R1']);
    });

    it('keeps what it is doing when it is seen by the second way', async () => {
      watch = watchPhones(server.port);
      const phone = await plug(phoneNamed('R1'));
      const device = await watch.attached('R1');
      const running = device.execute(
        ['sh', '-c', 'sleep 2; echo done: /data/local/tmp/pareto-farm'],
        { deadlineMs: 20_000 },
      );
      phone.writeFile('pareto-farm/job-0123abcd-1700000000-0123456789ab.onnx', 'in use');
      await server.connect(phone.port, 'localhost');
      expect(await running).toMatchObject({ ok: true, value: { exitCode: 0 } });
      expect(readdirSync(path.join(phone.root, 'pareto-farm'))).toContain(
        'job-0123abcd-1700000000-0123456789ab.onnx',
      );
      expect(watch.events).toEqual(['+R1']);
    });
  });

  it('lists an emulator with what to do instead, and leaves it alone', async () => {
    watch = watchPhones(server.port);
    await plug(phoneNamed('EMULATOR34X0X11X0', { 'ro.kernel.qemu': '1' }));
    await watch.until(() => watch.unusable().some((each) => each.reason.includes('emulator')));
    expect(watch.unusable()[0]?.remedy).toContain('--virtual-phones');
    expect(watch.events).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'takes %s for a serial number like any other',
    async (serial) => {
      watch = watchPhones(server.port);
      await plug(phoneNamed(serial));
      expect((await watch.attached(serial)).hardware.serial).toBe(serial);
    },
  );

  it('keeps excluded phones out', async () => {
    watch = watchPhones(server.port, ['R1']);
    await plug(phoneNamed('R1'));
    await plug(phoneNamed('R2'));
    await watch.attached('R2');
    expect([...watch.devices.keys()]).toEqual(['R2']);
  });

  it('ends tools that a killed agent left on the phone and removes the files of its jobs, and nothing else', async () => {
    watch = watchPhones(server.port);
    const phone = await plug(phoneNamed('R1'));
    const device = await watch.attached('R1');
    const left = phone.startShell('sleep 600; : /data/local/tmp/pareto-farm');
    const other = phone.startShell('sleep 600; : something else');
    phone.writeFile(`pareto-farm/.run-0123abcd-${left.pid}`, '');
    phone.writeFile(`pareto-farm/.run-0123abcd-${other.pid}`, '');
    phone.writeFile('pareto-farm/job-0123abcd-1700000000-0123456789ab.onnx', 'ours');
    phone.writeFile(
      `pareto-farm/job-ffffffff-${String(Math.floor(Date.now() / 1000))}-0123456789ab.onnx`,
      'in use by another agent',
    );
    phone.writeFile('pareto-farm/job-ffffffff-1700000000-0123456789ab-0.csv', 'given up long ago');
    phone.writeFile('pareto-farm/model.onnx', 'whole');
    const leftEnded = left.ended;
    await watch.tracker.close();
    await device.disconnected;
    watch = watchPhones(server.port);
    await watch.attached('R1');
    await leftEnded;
    expect(other.isRunning()).toBe(true);
    expect(readdirSync(path.join(phone.root, 'pareto-farm'))).toEqual([
      '.phone',
      expect.stringMatching(/^job-ffffffff-\d+-0123456789ab\.onnx$/),
      'model.onnx',
    ]);
    other.kill();
  });
});

/** Asks for a signature for ever, as a phone does until its user taps "Allow". */
async function startUnauthorizedPhone(): Promise<{
  readonly port: number;
  readonly opened: () => number;
  readonly close: () => void;
}> {
  let opened = 0;
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      for (let at = data.indexOf('OPEN'); at !== -1; at = data.indexOf('OPEN', at + 1)) opened += 1;
      if (data.includes('CNXN') || data.includes('AUTH')) socket.write(authorizationRequest());
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as net.AddressInfo).port,
    opened: () => opened,
    close: () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** An AUTH packet with a token of twenty bytes. */
function authorizationRequest(): Buffer {
  const token = Buffer.alloc(20, 7);
  const header = Buffer.alloc(24);
  const command = 0x48545541;
  [command, 1, 0, token.length, token.length * 7, (command ^ 0xffffffff) >>> 0].forEach(
    (word, index) => header.writeUInt32LE(word, index * 4),
  );
  return Buffer.concat([header, token]);
}
