/** Two ways to phones that give the same serial number. */
export interface Claim {
  readonly serial: string;
  readonly adbSerial: string;
  readonly usb: boolean;
}

export type Verdict =
  /** The same phone; the newcomer's way is the better one. */
  | 'replace'
  /** The same phone; the way that is held stays. */
  | 'keep'
  /** Two ways of one kind: two phones whose maker gave them one number. Both go by their adb serials. */
  | 'distinct';

/**
 * One phone can be reached by USB and TCP at once: then by USB, which is faster and is not cut by the radio. Some makers
 * give all phones of a model the same number ("0123456789ABCDEF"): those differ by their adb serials only.
 */
export function compareClaims(held: Claim, newcomer: Claim): Verdict {
  if (held.usb === newcomer.usb) return 'distinct';
  return newcomer.usb ? 'replace' : 'keep';
}
