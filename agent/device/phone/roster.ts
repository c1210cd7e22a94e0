import type { UnusablePhone } from '../../../common/device';
import { systemClock } from '../../../platform/time/clock';
import type { Logger } from '../../../platform/logger';
import { identifyPhone, readMark } from '../android/hardware';
import type { Device, Hardware } from '../device';
import { createAdbDevice, phoneWorkFolder } from './adb_device';
import type { AdbAddress } from '../adb/connection';
import { emulatorAdvice, wayKey, wayNames, type ListedPhone } from '../adb/device_list';
import { removeLeftovers } from '../adb/execution';
import { compareClaims, plainName, type PhoneClaim } from '../android/identity';
import type { PhoneLink } from '../adb/shell';

interface RosterOptions {
  readonly address: AdbAddress;
  readonly excludedSerials: readonly string[];
  readonly owner: string;
  readonly logger: Logger;
}

interface RosterEvents {
  attached(device: Device): void;
  detached(serial: string, reason: string): void;
  /** Something settled outside of `update`: look again. */
  changed(): void;
}

/** One way to a phone in state `device`. */
interface PhoneWay {
  readonly key: string;
  /** What adb calls it, with its place where adb calls several so. */
  readonly name: string;
  readonly phone: ListedPhone;
  readonly gone: AbortController;
}

type Attached = {
  readonly kind: 'attached';
  readonly way: PhoneWay;
  readonly claim: PhoneClaim;
  readonly link: PhoneLink;
  readonly device: Device;
};

/** What we know of a way. */
type WayEntry =
  | Attached
  | { readonly kind: 'opening' | 'excluded'; readonly way: PhoneWay }
  | {
      readonly kind: 'refused';
      readonly way: PhoneWay;
      readonly unusable: UnusablePhone;
      readonly retryAtMs: number;
    }
  /** Another way leads to the same phone. */
  | { readonly kind: 'shadowed'; readonly way: PhoneWay; readonly byKey: string };

/** A phone that is starting or that failed to say what it is gets asked again after this. */
const retryMs = 2_000;

/** The phones in state `device`: opens them as they come, drops them as they go, one state each. */
export class Roster {
  private readonly entries = new Map<string, WayEntry>();
  /** Serial numbers seen on several phones. */
  private readonly sharedSerials = new Set<string>();
  /** Of all ways that are listed now. */
  private names: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly options: RosterOptions,
    private readonly events: RosterEvents,
  ) {}

  /** Brings the roster in line with what adb lists. */
  update(listed: readonly ListedPhone[]): void {
    this.names = wayNames(listed);
    const ready = new Map(
      listed.filter((phone) => phone.state === 'device').map((phone) => [wayKey(phone), phone]),
    );
    for (const [key, entry] of this.entries) {
      if (!ready.has(key)) this.drop(key, reasonToLeave(entry.way.phone, listed));
      else if (this.isStale(entry)) this.entries.delete(key);
    }
    for (const [key, phone] of ready)
      if (!this.entries.has(key))
        this.open({
          key,
          name: this.names.get(key) ?? phone.adbSerial,
          phone,
          gone: new AbortController(),
        });
  }

  unusable(): readonly UnusablePhone[] {
    return [...this.entries.values()].flatMap((entry) =>
      entry.kind === 'refused' ? [entry.unusable] : [],
    );
  }

  dropAll(reason: string): void {
    for (const key of [...this.entries.keys()]) this.drop(key, reason);
  }

  private isStale(entry: WayEntry): boolean {
    if (entry.kind === 'refused') return systemClock.nowMs() >= entry.retryAtMs;
    return entry.kind === 'shadowed' && this.entries.get(entry.byKey)?.kind !== 'attached';
  }

  private drop(key: string, reason: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    entry.way.gone.abort(reason);
    if (entry.kind === 'attached') this.events.detached(entry.device.hardware.serial, reason);
  }

  private open(way: PhoneWay): void {
    const excluded = this.isExcluded(way.phone.adbSerial) || this.isExcluded(way.name);
    this.entries.set(way.key, { kind: excluded ? 'excluded' : 'opening', way });
    if (!excluded) void this.settle(way);
  }

  private async settle(way: PhoneWay): Promise<void> {
    const { adbSerial, transportId } = way.phone;
    const transport = transportId === '' ? `transport:${adbSerial}` : `transport-id:${transportId}`;
    const link: PhoneLink = {
      address: this.options.address,
      adbSerial: way.name,
      transport,
      gone: way.gone.signal,
    };
    const identified = await identifyPhone(link, phoneWorkFolder);
    if (!identified.ok)
      this.refuse(way, {
        reason: identified.error.message,
        remedy: 'replug the phone, or restart it',
      });
    else if (identified.value.emulator) this.refuse(way, emulatorAdvice, Number.POSITIVE_INFINITY);
    else if (!identified.value.booted)
      this.refuse(way, { reason: 'still booting', remedy: 'wait until it has started' });
    else {
      const { hardware, mark, workFiles } = identified.value;
      let claim = await this.meetRivals(link, {
        serial: hardware.serial,
        mark,
        usb: way.phone.usb,
      });
      // What the same phone does for us by another way was not left.
      if (this.sameAs(claim) === undefined) {
        await removeLeftovers(
          link,
          { workFolder: phoneWorkFolder, owner: this.options.owner },
          workFiles,
        );
        claim = await this.meetRivals(link, claim);
      }
      // Dropped meanwhile: it may be another phone's by now. From here on nothing may wait.
      if (!way.gone.signal.aborted) this.place(way, { link, hardware, claim });
    }
    this.events.changed();
  }

  private refuse(
    way: PhoneWay,
    why: Pick<UnusablePhone, 'reason' | 'remedy'>,
    retryAtMs = systemClock.nowMs() + retryMs,
  ): void {
    if (way.gone.signal.aborted) return;
    const unusable = {
      adbSerial: way.name,
      adbState: way.phone.state,
      reason: why.reason,
      remedy: why.remedy,
    };
    this.entries.set(way.key, { kind: 'refused', way, unusable, retryAtMs });
  }

  /**
   * Asks each phone that may be the same for its mark, now that both are there: two ways that were opened at once may
   * have marked the phone one after the other. One that came back under another address may still be listed under the
   * old one, and does not answer there.
   */
  private async meetRivals(link: PhoneLink, newcomer: PhoneClaim): Promise<PhoneClaim> {
    const asked = new Set<string>();
    let claim = newcomer;
    for (;;) {
      const rival = this.rivalsOf(claim).find(({ way }) => !asked.has(way.key));
      if (rival === undefined) return claim;
      const { way } = rival;
      asked.add(way.key);
      const [theirs, ours] = await Promise.all([
        readMark(rival.link, phoneWorkFolder),
        readMark(link, phoneWorkFolder),
      ]);
      if (ours.ok) claim = { ...claim, mark: ours.value };
      if (this.entries.get(way.key) !== rival) continue;
      if (theirs.ok)
        this.entries.set(way.key, { ...rival, claim: { ...rival.claim, mark: theirs.value } });
      else this.drop(way.key, `${way.name} no longer answers`);
    }
  }

  private place(
    way: PhoneWay,
    {
      link,
      hardware,
      claim,
    }: { readonly link: PhoneLink; readonly hardware: Hardware; readonly claim: PhoneClaim },
  ): void {
    if (this.isExcluded(claim.serial)) {
      this.entries.set(way.key, { kind: 'excluded', way });
      return;
    }
    const same = this.sameAs(claim);
    if (same !== undefined && compareClaims(same.claim, claim) === 'keep') {
      this.entries.set(way.key, { kind: 'shadowed', way, byKey: same.way.key });
      return;
    }
    if (same !== undefined)
      this.drop(same.way.key, `${claim.serial} is reached by ${way.name} now`);
    for (const other of this.rivalsOf(claim))
      if (other.claim.serial === claim.serial) this.noteShared(way, other);
    const serial = this.sharedSerials.has(claim.serial) ? plainName(way.name) : claim.serial;
    const device = createAdbDevice(
      link,
      { hardware: { ...hardware, serial }, owner: this.options.owner },
      way.gone,
    );
    this.entries.set(way.key, { kind: 'attached', way, claim, link, device });
    this.events.attached(device);
  }

  private sameAs(claim: PhoneClaim): Attached | undefined {
    return this.rivalsOf(claim).find((rival) => compareClaims(rival.claim, claim) !== 'distinct');
  }

  private rivalsOf({ serial, mark }: PhoneClaim): readonly Attached[] {
    return [...this.entries.values()].filter(
      (entry): entry is Attached =>
        entry.kind === 'attached' &&
        (entry.claim.serial === serial || (mark !== '' && entry.claim.mark === mark)),
    );
  }

  /** Both go by their ways from now on: the one that has the bare number comes back under its way's name. */
  private noteShared(newcomer: PhoneWay, { way, claim, device }: Attached): void {
    if (device.hardware.serial !== plainName(this.names.get(way.key) ?? way.name))
      this.drop(way.key, `another phone says that it is ${claim.serial} too`);
    if (this.sharedSerials.has(claim.serial)) return;
    this.sharedSerials.add(claim.serial);
    this.options.logger.warn(
      { serial: claim.serial, ways: [way.name, newcomer.name] },
      'several phones give the same serial number; they are known by what adb calls them and where they hang, which changes with the port',
    );
  }

  private isExcluded(serial: string): boolean {
    return this.options.excludedSerials.includes(serial);
  }
}

function reasonToLeave(
  { adbSerial, transportId }: ListedPhone,
  listed: readonly ListedPhone[],
): string {
  const now =
    listed.find((phone) => phone.transportId === transportId) ??
    listed.find((phone) => phone.adbSerial === adbSerial);
  return now?.state === 'device'
    ? `${adbSerial} was replugged`
    : `adb lists ${adbSerial} as ${now?.state ?? 'not attached'}`;
}
