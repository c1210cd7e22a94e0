import {
  compareClaims,
  plainName,
  serialOf,
  type PhoneClaim,
} from '../../../../agent/device/android/identity';

const claim = (mark: string, usb: boolean, serial = 'R1'): PhoneClaim => ({ serial, mark, usb });

describe('compareClaims', () => {
  it('prefers the cable, whichever came first', () => {
    expect(compareClaims(claim('a', false), claim('a', true))).toBe('replace');
    expect(compareClaims(claim('a', true), claim('a', false))).toBe('keep');
  });

  it('takes two ways to one mark for one phone, whatever their kind and whatever serial number they give', () => {
    expect(compareClaims(claim('a', false), claim('a', false))).toBe('keep');
    expect(
      compareClaims(claim('a', false, '10.0.0.7:5555'), claim('a', false, '10.0.0.8:5555')),
    ).toBe('keep');
  });

  it('tells two phones with one serial number by their marks', () => {
    expect(compareClaims(claim('a', true), claim('b', true))).toBe('distinct');
    expect(compareClaims(claim('a', false), claim('b', true))).toBe('distinct');
  });

  it('takes one serial number for one phone where the marks say nothing, unless there are two cables', () => {
    expect(compareClaims(claim('', false), claim('b', false))).toBe('keep');
    expect(compareClaims(claim('', false), claim('', true))).toBe('replace');
    expect(compareClaims(claim('', true), claim('', true))).toBe('distinct');
  });
});

describe('the serial number', () => {
  it.each([
    [{ 'ro.serialno': 'R5CT' }, 'adb-OTHER-lL2him._adb-tls-connect._tcp', 'R5CT'],
    [{ 'ro.serialno': 'unknown', 'ro.boot.serialno': 'BOOT1' }, '10.0.0.7:5555', 'BOOT1'],
    [{}, 'adb-PHONEBBB2-lL2him._adb-tls-connect._tcp', 'PHONEBBB2'],
    [{}, 'adb-PHONEBBB2-lL2him (2)._adb-tls-connect._tcp', 'PHONEBBB2'],
    [{}, 'adb-PHONEBBB2._adb._tcp', 'PHONEBBB2'],
    [{ 'ro.serialno': '\u001b[2J' }, '10.0.0.7:5555', '10.0.0.7:5555'],
    [{}, '(no serial number)@usb:1-4', 'no-serial-number@usb:1-4'],
  ])('of %j, reached as %s, is %s', (properties, adbSerial, serial) => {
    expect(serialOf(new Map(Object.entries(properties)), adbSerial)).toBe(serial);
  });

  it('is never empty', () => {
    expect(plainName('????')).not.toBe('');
  });
});
