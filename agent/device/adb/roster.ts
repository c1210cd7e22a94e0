import type { UnusablePhone } from '../../../common/device';
import { systemClock } from '../../../common/clock';
import type { Logger } from '../../../common/logger';
import { identifyPhone } from '../android/hardware';
import type { Device, Hardware } from '../device';
import { createAdbDevice, phoneWorkFolder } from './adb_device';
import type { AdbAddress } from './connection';
import type { ListedPhone } from './device_list';
import { endLeftovers } from './execution';
import { compareClaims, type Claim } from './identity';
import { readSections, type PhoneLink } from './shell';

export interface RosterOptions {
  readonly address: AdbAddress;
  readonly excludedSerials: readonly string[];
  readonly logger: Logger;
}

export interface RosterEvents {
  attached(device: Device): void;
  detached(serial: string, reason: string): void;
  /** Something settled outside of `update`: look again. */
  changed(): void;
}

/** What we know of one phone in state `device`, by its adb serial. */
type Entry = { readonly transportId: string; readonly gone: AbortController } & (
  | { readonly kind: 'opening' }
  | { readonly kind: 'attached'; readonly claim: Claim; readonly link: PhoneLink; readonly device: Device }
  | { readonly kind: 'refused'; readonly unusable: UnusablePhone; readonly retryAtMs: number }
  | { readonly kind: 'shadowed'; readonly by: string }
  | { readonly kind: 'excluded' }
);

interface OpenedPhone {
  readonly link: PhoneLink;
  readonly hardware: Hardware;
  readonly gone: AbortController;
}

/** A phone that is starting or that failed to say what it is gets asked again after this. */
const retryMs = 2_000;

/** For a phone that may have left adb's list of living phones a moment too late. */
const probeDeadlineMs = 2_000;

/** The phones in state `device`: opens them as they come, drops them as they go, one state each. */
export class Roster {
  private readonly entries = new Map<string, Entry>();
  /** Serial numbers seen on several phones. */
  private readonly sharedSerials = new Set<string>();

  constructor(
    private readonly options: RosterOptions,
    private readonly events: RosterEvents,
  ) {}

  /** Brings the roster in line with what adb lists. */
  update(listed: readonly ListedPhone[]): void {
    const ready = new Map(listed.filter((phone) => phone.state === 'device').map((phone) => [phone.adbSerial, phone]));
    const states = new Map(listed.map((phone) => [phone.adbSerial, phone.state]));
    for (const [adbSerial, entry] of this.entries) {
      const phone = ready.get(adbSerial);
      if (phone === undefined) this.drop(adbSerial, `adb lists ${adbSerial} as ${states.get(adbSerial) ?? 'not attached'}`);
      else if (phone.transportId !== entry.transportId) this.drop(adbSerial, `${adbSerial} was replugged`);
      else if (this.isStale(entry)) this.entries.delete(adbSerial);
    }
    for (const phone of ready.values()) if (!this.entries.has(phone.adbSerial)) this.open(phone);
  }

  unusable(): readonly UnusablePhone[] {
    return [...this.entries.values()].flatMap((entry) => (entry.kind === 'refused' ? [entry.unusable] : []));
  }

  dropAll(reason: string): void {
    for (const adbSerial of [...this.entries.keys()]) this.drop(adbSerial, reason);
  }

  private isStale(entry: Entry): boolean {
    if (entry.kind === 'refused') return systemClock.nowMs() >= entry.retryAtMs;
    return entry.kind === 'shadowed' && this.entries.get(entry.by)?.kind !== 'attached';
  }

  private drop(adbSerial: string, reason: string): void {
    const entry = this.entries.get(adbSerial);
    if (entry === undefined) return;
    this.entries.delete(adbSerial);
    entry.gone.abort(reason);
    if (entry.kind === 'attached') this.events.detached(entry.device.hardware.serial, reason);
  }

  private open(phone: ListedPhone): void {
    const gone = new AbortController();
    const common = { transportId: phone.transportId, gone };
    if (this.isExcluded(phone.adbSerial)) {
      this.entries.set(phone.adbSerial, { ...common, kind: 'excluded' });
      return;
    }
    this.entries.set(phone.adbSerial, { ...common, kind: 'opening' });
    void this.settle(phone, gone);
  }

  private async settle(phone: ListedPhone, gone: AbortController): Promise<void> {
    const link: PhoneLink = { address: this.options.address, adbSerial: phone.adbSerial, gone: gone.signal };
    const identified = await identifyPhone(link, phoneWorkFolder);
    if (identified.ok) {
      await endLeftovers(link, phoneWorkFolder, identified.value.workFiles);
      await this.dropSilentHolder(identified.value.hardware.serial);
    }
    // Dropped meanwhile: its name may belong to its successor by now. From here on nothing may wait.
    if (gone.signal.aborted) return;
    if (!identified.ok) this.refuse(phone, gone, { reason: identified.error.message, remedy: 'replug the phone, or restart it' });
    else if (!identified.value.booted) this.refuse(phone, gone, { reason: 'still booting', remedy: 'wait until it has started' });
    else this.place(phone, { link, hardware: identified.value.hardware, gone });
    this.events.changed();
  }

  private refuse(phone: ListedPhone, gone: AbortController, why: Pick<UnusablePhone, 'reason' | 'remedy'>): void {
    const unusable = { adbSerial: phone.adbSerial, adbState: phone.state, ...why };
    this.entries.set(phone.adbSerial, { transportId: phone.transportId, gone, kind: 'refused', unusable, retryAtMs: systemClock.nowMs() + retryMs });
  }

  private place(phone: ListedPhone, opened: OpenedPhone): void {
    const { hardware, gone } = opened;
    const common = { transportId: phone.transportId, gone };
    const claim: Claim = { serial: hardware.serial, adbSerial: phone.adbSerial, usb: phone.usb };
    const holder = this.holderOf(claim.serial);
    if (this.isExcluded(claim.serial)) {
      this.entries.set(phone.adbSerial, { ...common, kind: 'excluded' });
      return;
    }
    if (holder !== undefined) {
      const verdict = compareClaims(holder, claim);
      if (verdict === 'keep') {
        this.entries.set(phone.adbSerial, { ...common, kind: 'shadowed', by: holder.adbSerial });
        return;
      }
      if (verdict === 'distinct') this.noteShared(claim, holder);
      this.drop(holder.adbSerial, verdict === 'distinct' ? `another phone says that it is ${claim.serial} too` : `${claim.serial} is reached by ${phone.adbSerial} now`);
    }
    const serial = this.sharedSerials.has(claim.serial) ? phone.adbSerial : claim.serial;
    const device = createAdbDevice(opened.link, { ...hardware, serial }, gone);
    this.entries.set(phone.adbSerial, { ...common, kind: 'attached', claim, link: opened.link, device });
    this.events.attached(device);
  }

  private holderOf(serial: string): Claim | undefined {
    if (this.sharedSerials.has(serial)) return undefined;
    return this.attachedAs(serial)?.claim;
  }

  private attachedAs(serial: string): Extract<Entry, { kind: 'attached' }> | undefined {
    for (const entry of this.entries.values()) if (entry.kind === 'attached' && entry.claim.serial === serial) return entry;
    return undefined;
  }

  /** A phone that came back under another address may still be listed under the old one: ask there before judging. */
  private async dropSilentHolder(serial: string): Promise<void> {
    const holder = this.attachedAs(serial);
    if (holder === undefined || this.sharedSerials.has(serial)) return;
    const answer = await readSections(holder.link, ['true'], { what: 'asking for a sign of life', deadlineMs: probeDeadlineMs });
    if (!answer.ok && this.attachedAs(serial) === holder) this.drop(holder.claim.adbSerial, `${holder.claim.adbSerial} no longer answers`);
  }

  private noteShared(newcomer: Claim, holder: Claim): void {
    this.sharedSerials.add(newcomer.serial);
    this.options.logger.warn(
      { serial: newcomer.serial, adbSerials: [holder.adbSerial, newcomer.adbSerial] },
      'several phones give the same serial number; they are known by their adb serials, which can change with the cable or port',
    );
  }

  private isExcluded(serial: string): boolean {
    return this.options.excludedSerials.includes(serial);
  }
}
