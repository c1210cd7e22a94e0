import { phoneFindings } from '../../../cli/doctor/phones';

test('every way that adb lists has its name and what to do, in the words of an agent', () => {
  const listing = `List of devices attached
PHONEAAA1              device usb:1-1 product:peridot model:POCO device:peridot transport_id:1
adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp device product:peridot model:POCO device:peridot transport_id:2
0123456789ABCDEF       device usb:1-2 product:x model:y device:z transport_id:3
0123456789ABCDEF       device usb:1-3 product:x model:y device:z transport_id:4
0a388e93               unauthorized usb:1-4 transport_id:5
192.168.1.200:5555     offline product:x model:y device:z transport_id:6
(no serial number)     no permissions (missing udev rules? user is in the plugdev group); see [http://developer.android.com/tools/device.html] usb:1-5 transport_id:7
emulator-5554          device product:sdk model:sdk device:emu transport_id:8

`;
  const findings = phoneFindings(listing);
  expect(findings.map(({ check, state }) => [check, state])).toEqual([
    ['phone PHONEAAA1', 'good'],
    ['phone adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp', 'good'],
    ['phone 0123456789ABCDEF@usb:1-2', 'good'],
    ['phone 0123456789ABCDEF@usb:1-3', 'good'],
    ['phone 0a388e93', 'warning'],
    ['phone 192.168.1.200:5555', 'warning'],
    ['phone (no serial number)', 'warning'],
    ['phone emulator-5554', 'warning'],
  ]);
  expect(findings.slice(4).map(({ detail }) => detail)).toEqual([
    expect.stringContaining('Allow USB debugging'),
    expect.stringContaining('adb reconnect offline'),
    expect.stringContaining('udev rules'),
    expect.stringContaining('--virtual-phones'),
  ]);
});

test('no phone is said so', () => {
  expect(phoneFindings('List of devices attached\n\n')).toMatchObject([
    { check: 'phones', state: 'warning' },
  ]);
});
