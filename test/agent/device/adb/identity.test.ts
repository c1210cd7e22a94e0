import { compareClaims } from '../../../../agent/device/adb/identity';

const claim = (adbSerial: string, usb: boolean): Parameters<typeof compareClaims>[0] => ({ serial: 'R1', adbSerial, usb });

describe('compareClaims', () => {
  it('prefers the cable, whichever came first', () => {
    expect(compareClaims(claim('10.0.0.7:5555', false), claim('R1', true))).toBe('replace');
    expect(compareClaims(claim('R1', true), claim('10.0.0.7:5555', false))).toBe('keep');
  });

  it('takes two ways of one kind for two phones', () => {
    expect(compareClaims(claim('10.0.0.7:5555', false), claim('10.0.0.8:5555', false))).toBe('distinct');
  });
});
