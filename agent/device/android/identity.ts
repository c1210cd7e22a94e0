/** What a way to a phone says of the phone behind it. */
export interface PhoneClaim {
  readonly serial: string;
  /** Drawn by an agent and kept on the phone's storage, so that it is seen by every way to the phone and on no other; empty if it could not be kept. */
  readonly mark: string;
  readonly usb: boolean;
}

type ClaimComparison =
  /** The same phone; the newcomer's way is the better one. */
  | 'replace'
  /** The same phone; the way that is held stays. */
  | 'keep'
  /** Two phones. If their serial numbers are equal, their maker gave all phones of a model one number ("0123456789ABCDEF"). */
  | 'distinct';

/**
 * One phone can be reached by USB, by `adb connect` and by its name in the network at once: then by USB, which is faster
 * and is not cut by the radio. Where the mark cannot tell, only two cables prove that there are two phones: to take two
 * phones for one costs a phone, to take one for two costs the measurements.
 */
export function compareClaims(held: PhoneClaim, newcomer: PhoneClaim): ClaimComparison {
  const marked = held.mark !== '' && newcomer.mark !== '';
  const isSame = marked
    ? held.mark === newcomer.mark
    : held.serial === newcomer.serial && !(held.usb && newcomer.usb);
  if (!isSame) return 'distinct';
  return newcomer.usb && !held.usb ? 'replace' : 'keep';
}

const serialPattern = /^[\w.:-]{1,64}$/;
const noSerials: ReadonlySet<string> = new Set(['unknown', 'none', 'null']);

/** adb's names for phones that announce themselves: adb-SERIAL-XXXXXX._adb-tls-connect._tcp, before Android 11 adb-SERIAL._adb._tcp. */
const announcedName =
  /^adb-([\w.:]+?)(?:-[A-Za-z0-9]{6})?(?: \(\d+\))?\._adb(?:-tls-connect|-tls-pairing)?\._tcp\.?$/;

/**
 * The serial number that is the phone's own, whatever way leads to it: its properties', else the one in its name in the
 * network; without either, the way's name stands for it.
 */
export function serialOf(properties: ReadonlyMap<string, string>, adbSerial: string): string {
  const candidates = [
    properties.get('ro.serialno'),
    properties.get('ro.boot.serialno'),
    announcedName.exec(adbSerial)?.[1],
  ].map((each) => each?.trim() ?? '');
  return (
    candidates.find((each) => serialPattern.test(each) && !noSerials.has(each.toLowerCase())) ??
    plainName(adbSerial)
  );
}

/** For people to type: "(no serial number)@usb:1-4" is `no-serial-number@usb:1-4`. */
export function plainName(name: string): string {
  return name.replaceAll(/[^\w.:@#-]+/g, '-').replaceAll(/^-|-$|-(?=@)/g, '') || 'phone';
}
