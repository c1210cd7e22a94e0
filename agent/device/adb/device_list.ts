import type { UnusablePhone } from '../../../common/device';
import { ownValue } from '../../../common/own_value';

/** One line of `host:devices-l`: one way to a phone. */
export interface ListedPhone {
  /** What adb calls it; several phones can have one, and it may hold spaces. */
  readonly adbSerial: string;
  readonly state: string;
  readonly usb: boolean;
  /** Where it hangs (`usb:1-4.2`), the same whenever it hangs there; empty for what is no USB device. */
  readonly port: string;
  /** Unlike any other's, and new whenever the phone comes back, so that a replug between two looks is seen. */
  readonly transportId: string;
}

const mostListed = 10_000;
/** The longest line of adb's own has some 300; longer ones would only cost time. */
const longestLine = 1_000;

/** https://android.googlesource.com/platform/packages/modules/adb/+/refs/heads/main/adb.cpp (to_string of a ConnectionState) */
const states = [
  'device',
  'offline',
  'unauthorized',
  'authorizing',
  'connecting',
  'recovery',
  'sideload',
  'rescue',
  'bootloader',
  'host',
  'detached',
  'unknown',
];

/** What adb appends: `usb:1-1 product:p model:m device:d transport_id:4`, each part only where it is known. */
const details = String.raw`(?:\s+(usb:\S+))?(?:\s+product:\S*)?(?:\s+model:\S*)?(?:\s+device:\S*)?(?:\s+features:\S*)?(?:\s+transport_id:(\d+))?\s*$`;

/** A name that holds spaces ends where a state follows and, behind it, nothing but details. */
const regularLine = new RegExp(
  String.raw`^(\S.*?)\s+(no permissions\b.*?|${states.join('|')})${details}`,
);
/** A state that we do not know, or details in a form that we do not know. */
const otherLine = new RegExp(
  String.raw`^(\S.*?)\s+(no permissions|${states.join('|')})(?=\s|$)(.*)$`,
);
const unknownState = new RegExp(String.raw`^(\S+)\s+([a-z]+)${details}`);

/**
 * Reads `host:devices-l`, `host:devices` and what `adb devices -l` prints. adbkit's own reader splits at every space,
 * so "no permissions (user in plugdev ...)" becomes a phone in state "no" with wrong columns, and a phone that was
 * found in the network a second time ("adb-X (2)._adb-tls-connect._tcp") is lost. Total: other lines are left out.
 */
export function parseDeviceList(text: string): readonly ListedPhone[] {
  return text
    .split(/\r?\n/)
    .slice(0, mostListed)
    .flatMap((line) => (line.length > longestLine ? [] : (readLine(line) ?? [])));
}

function readLine(line: string): ListedPhone | undefined {
  // The short form has a tab, which no name has.
  const [name = '', afterTab] = line.split('\t', 2);
  const spaced = afterTab === undefined ? line : `${name} ${line.slice(name.length + 1)}`;
  const match = regularLine.exec(spaced) ?? unknownState.exec(spaced);
  if (match !== null) return listed(match[1], match[2], match[3], match[4]);
  const other = otherLine.exec(spaced);
  if (other === null) return undefined;
  const rest = other[3] ?? '';
  return listed(
    other[1],
    other[2],
    /\s(usb:\S+)/.exec(rest)?.[1],
    /\stransport_id:(\d+)\s*$/.exec(rest)?.[1],
  );
}

function listed(name = '', state = '', port = '', transportId = ''): ListedPhone {
  const short = state.startsWith('no permissions') ? 'no permissions' : state;
  return { adbSerial: name.trim(), state: short, usb: port !== '', port, transportId };
}

/** What tells a listed phone from all others, also from one with its name. */
export function wayKey({ adbSerial, transportId }: ListedPhone): string {
  return transportId === '' ? adbSerial : `#${transportId}`;
}

/** A name for each way, by its key: what adb calls it, with its place (`0123456789ABCDEF@usb:1-2`) where several are called so. */
export function wayNames(phones: readonly ListedPhone[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { adbSerial } of phones) counts.set(adbSerial, (counts.get(adbSerial) ?? 0) + 1);
  return new Map(
    phones.map((phone) => [
      wayKey(phone),
      counts.get(phone.adbSerial) === 1 ? phone.adbSerial : placedName(phone),
    ]),
  );
}

function placedName({ adbSerial, port, transportId }: ListedPhone): string {
  return port === '' ? `${adbSerial}#${transportId}` : `${adbSerial}@${port}`;
}

const udevRemedy =
  'give this user access: udev rules for the phone and membership in plugdev (https://developer.android.com/studio/run/device), then replug it';

const advice: Readonly<Record<string, { readonly reason: string; readonly remedy: string }>> = {
  offline: {
    reason: 'adb lost contact with the phone',
    remedy: 'replug the cable, or run: adb reconnect offline',
  },
  unauthorized: {
    reason: 'the phone does not trust this computer',
    remedy: 'unlock the phone, accept "Allow USB debugging" and tick "Always allow"',
  },
  authorizing: {
    reason: 'the phone and adb are still agreeing on a key',
    remedy: 'wait; if it lasts, unlock the phone and accept "Allow USB debugging"',
  },
  connecting: { reason: 'adb is still connecting', remedy: 'wait; if it lasts, replug the cable' },
  'no permissions': { reason: 'this user may not open the USB device', remedy: udevRemedy },
  recovery: { reason: 'the phone is in recovery mode', remedy: 'restart it: adb reboot' },
  sideload: { reason: 'the phone is waiting for a sideload', remedy: 'restart it: adb reboot' },
  rescue: { reason: 'the phone is in rescue mode', remedy: 'restart it: adb reboot' },
  bootloader: { reason: 'the phone is in its bootloader', remedy: 'restart it: fastboot reboot' },
  host: { reason: 'this is an adb host, not a phone', remedy: 'unplug it' },
  detached: { reason: 'adb has let go of the phone', remedy: 'run: adb attach, or replug it' },
};

/** Why a phone that is not in state `device` cannot be used, and what to do about it. */
export function explainUnusable(
  { state }: Pick<ListedPhone, 'state'>,
  name: string,
): UnusablePhone {
  const { reason, remedy } = ownValue(advice, state) ?? {
    reason: `adb says "${state}"`,
    remedy: 'replug the phone, or restart it',
  };
  return { adbSerial: name, adbState: state, reason, remedy };
}

/** Android on this computer's own processor: its times are no phone's. */
export const emulatorAdvice = {
  reason: 'an emulator, whose times are those of its computer',
  remedy:
    "stop it, or hide it with exclude in the agent's YAML; for a farm without phones use: farm up --virtual-phones 4",
} as const;

/** The names that adb gives to emulators of the Android SDK. */
export function isEmulatorName(adbSerial: string): boolean {
  return /^emulator-\d+$/.test(adbSerial);
}
