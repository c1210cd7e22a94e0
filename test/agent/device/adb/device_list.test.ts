import fc from 'fast-check';
import {
  explainUnusable,
  isEmulatorName,
  parseDeviceList,
  wayKey,
  wayNames,
} from '../../../../agent/device/adb/device_list';

const only = (line: string): ReturnType<typeof parseDeviceList>[number] | undefined =>
  parseDeviceList(`${line}\n`)[0];

describe('a line of adb devices', () => {
  it.each([
    [
      'R1             device usb:1-1 product:p model:M device:d transport_id:4',
      'R1',
      'device',
      'usb:1-1',
      '4',
    ],
    ['R1\tdevice', 'R1', 'device', '', ''],
    [
      'R1\tno permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html]',
      'R1',
      'no permissions',
      '',
      '',
    ],
    [
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp device product:p model:M device:d transport_id:2',
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp',
      'device',
      '',
      '2',
    ],
    [
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp offline transport_id:2',
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp',
      'offline',
      '',
      '2',
    ],
    [
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp\tdevice',
      'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp',
      'device',
      '',
      '',
    ],
    [
      '(no serial number)     device usb:1-4 product:p model:M device:d transport_id:9',
      '(no serial number)',
      'device',
      'usb:1-4',
      '9',
    ],
    [
      '(no serial number)     no permissions (missing udev rules? user is in the plugdev group); see [http://developer.android.com/tools/device.html] usb:1-4.2 transport_id:7',
      '(no serial number)',
      'no permissions',
      'usb:1-4.2',
      '7',
    ],
    [
      '????????????           no permissions usb:3-1 transport_id:1',
      '????????????',
      'no permissions',
      'usb:3-1',
      '1',
    ],
    ['????????????\tno permissions', '????????????', 'no permissions', '', ''],
    [
      'emulator-5554          device product:sdk_gphone64_x86_64 model:sdk_gphone64_x86_64 device:emu64xa transport_id:1',
      'emulator-5554',
      'device',
      '',
      '1',
    ],
    [
      'fastboot1              bootloader usb:1-2 transport_id:3',
      'fastboot1',
      'bootloader',
      'usb:1-2',
      '3',
    ],
    [
      'R2                     device product:with space model:M device:d transport_id:5',
      'R2',
      'device',
      '',
      '5',
    ],
    ['R3                     dreaming usb:1-2 transport_id:6', 'R3', 'dreaming', 'usb:1-2', '6'],
    ['device                 offline transport_id:8', 'device', 'offline', '', '8'],
    [
      'R4                     device usb:336592896X product: model:M device:d transport_id:11',
      'R4',
      'device',
      'usb:336592896X',
      '11',
    ],
  ])('%s', (...[line, adbSerial, state, port, transportId]) => {
    expect(only(line)).toEqual({ adbSerial, state, port, usb: port !== '', transportId });
  });

  it.each(['', 'List of devices attached', '* daemon started successfully *', '   ', 'R1'])(
    '%j is none',
    (line) => {
      expect(only(line)).toBeUndefined();
    },
  );

  it('gives back what adb prints, whatever a phone is called', () => {
    const name = fc
      .stringMatching(/^[!-~]([ !-~]{0,30}[!-~])?$/)
      .filter(
        (text) =>
          !/(^|\s)(device|offline|no permissions|unauthorized|authorizing|connecting|recovery|sideload|rescue|bootloader|host|detached|unknown)(\s|$)/.test(
            text,
          ),
      );
    fc.assert(
      fc.property(
        name,
        fc.constantFrom('device', 'offline', 'unauthorized'),
        fc.constantFrom('', ' usb:1-1.3'),
        fc.nat(),
        (adbSerial, state, port, id) => {
          expect(
            only(
              `${adbSerial.padEnd(22)} ${state}${port} product:p model:M device:d transport_id:${String(id)}`,
            ),
          ).toEqual({
            adbSerial,
            state,
            port: port.trim(),
            usb: port !== '',
            transportId: String(id),
          });
        },
      ),
    );
  });

  it('costs little, however long it is', () => {
    expect(only('device '.repeat(100_000))).toBeUndefined();
  });
});

describe('several ways', () => {
  const listed = parseDeviceList(
    '0123456789ABCDEF device usb:1-2 transport_id:3\n0123456789ABCDEF device usb:1-3 transport_id:4\nR1 device transport_id:5\nX offline transport_id:6\nX offline transport_id:7\n',
  );

  it('with one name are told apart by where they hang', () => {
    expect([...wayNames(listed).values()]).toEqual([
      '0123456789ABCDEF@usb:1-2',
      '0123456789ABCDEF@usb:1-3',
      'R1',
      'X#6',
      'X#7',
    ]);
    expect(new Set(listed.map(wayKey)).size).toBe(5);
  });
});

test('every state that adb has, and any other, has a reason and a remedy', () => {
  for (const state of [
    'offline',
    'unauthorized',
    'no permissions',
    'detached',
    'dreaming',
    'constructor',
    '__proto__',
  ]) {
    const phone = explainUnusable({ state }, 'R1');
    expect(phone).toMatchObject({ adbSerial: 'R1', adbState: state });
    expect(phone.reason.length).toBeGreaterThan(5);
    expect(phone.remedy.length).toBeGreaterThan(5);
  }
});

test('emulators are known by their names', () => {
  expect(['emulator-5554', 'emulator-', 'R1', 'emulator-5554x'].map(isEmulatorName)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
