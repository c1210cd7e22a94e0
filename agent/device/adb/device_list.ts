import type { UnusablePhone } from '../../../common/device';
import { ownValue } from '../../../common/own_value';

/** One line of `host:devices-l`. */
export interface ListedPhone {
  readonly adbSerial: string;
  readonly state: string;
  readonly usb: boolean;
  /** Changes whenever the phone comes back, so that a replug between two looks is seen. */
  readonly transportId: string;
}

const mostListed = 10_000;

/**
 * Reads `host:devices-l`. adbkit's own reader splits at every space, so "no permissions (user in plugdev ...)" becomes a
 * phone in state "no" with wrong columns. Total: other lines are left out.
 */
export function parseDeviceList(text: string): readonly ListedPhone[] {
  return text.split(/\r?\n/).slice(0, mostListed).flatMap((line) => {
    const match = /^(\S+)\s+(no permissions|\S+)(.*)$/.exec(line);
    if (match === null) return [];
    const [, adbSerial = '', state = '', rest = ''] = match;
    if (!/^[a-z ]+$/.test(state)) return [];
    return [{ adbSerial, state, usb: / usb:\S+/.test(rest), transportId: / transport_id:(\d+)/.exec(rest)?.[1] ?? '' }];
  });
}

const udevRemedy = 'give this user access: udev rules for the phone and membership in plugdev (https://developer.android.com/studio/run/device), then replug it';

const advice: Readonly<Record<string, { readonly reason: string; readonly remedy: string }>> = {
  offline: { reason: 'adb lost contact with the phone', remedy: 'replug the cable, or run: adb reconnect offline' },
  unauthorized: { reason: 'the phone does not trust this computer', remedy: 'unlock the phone, accept "Allow USB debugging" and tick "Always allow"' },
  authorizing: { reason: 'the phone and adb are still agreeing on a key', remedy: 'wait; if it lasts, unlock the phone and accept "Allow USB debugging"' },
  connecting: { reason: 'adb is still connecting', remedy: 'wait; if it lasts, replug the cable' },
  'no permissions': { reason: 'this user may not open the USB device', remedy: udevRemedy },
  recovery: { reason: 'the phone is in recovery mode', remedy: 'restart it: adb reboot' },
  sideload: { reason: 'the phone is waiting for a sideload', remedy: 'restart it: adb reboot' },
  rescue: { reason: 'the phone is in rescue mode', remedy: 'restart it: adb reboot' },
  bootloader: { reason: 'the phone is in its bootloader', remedy: 'restart it: fastboot reboot' },
  host: { reason: 'this is an adb host, not a phone', remedy: 'unplug it' },
};

/** Why a phone that is not in state `device` cannot be used, and what to do about it. */
export function explainUnusable(phone: ListedPhone): UnusablePhone {
  const known = ownValue(advice, phone.state);
  const { reason, remedy } = known ?? { reason: `adb says "${phone.state}"`, remedy: 'replug the phone, or restart it' };
  return { adbSerial: phone.adbSerial, adbState: phone.state, reason, remedy };
}
