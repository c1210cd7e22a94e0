import { backoffDelayMs, type BackoffPolicy } from '../../../platform/time/backoff';
import { systemClock } from '../../../platform/time/clock';
import type { UnusablePhone } from '../../../common/device';
import type { Logger } from '../../../platform/logger';
import type { Device } from '../device';
import { followChanges, listPhones } from '../adb/change_feed';
import type { AdbAddress } from '../adb/connection';
import { explainUnusable, wayKey, wayNames, type ListedPhone } from '../adb/device_list';
import { Roster } from './roster';
import { startAdbServer } from '../adb/server_control';

interface TrackerOptions {
  readonly address: AdbAddress;
  /** The adb program that starts a server when none is there; undefined where somebody else sees to that. */
  readonly serverProgram: string | undefined;
  /** Own serial numbers or adb serials that the operator keeps out of the farm. */
  readonly excludedSerials: readonly string[];
  /** This agent's in the names of files on phones (job_files.ts). */
  readonly owner: string;
  readonly logger: Logger;
}

interface TrackerEvents {
  attached(device: Device): void;
  /** The device's `disconnected` settles with the same reason. */
  detached(serial: string, reason: string): void;
  /** All phones that adb lists but that must not be touched, whenever they change. */
  unusable(phones: readonly UnusablePhone[]): void;
}

export interface AdbTracker {
  close(): Promise<void>;
}

/** Beside adb's own notices, for what it forgets to tell; also the pace at which a starting phone is looked at again. */
const pollMs = 1_000;

/** While the adb server is away; a server needs some 100 ms to start. */
const serverBackoff: BackoffPolicy = { firstDelayMs: 250, largestDelayMs: 10_000 };

/** A server that is only slow keeps its phones; one that does not answer for this many looks is as good as gone. */
const mostSlowLooks = 3;

/** Follows the phones that adb lists, over restarts of the adb server, until it is closed. */
export function trackPhones(options: TrackerOptions, events: TrackerEvents): AdbTracker {
  const closing = new AbortController();
  const finished = new TrackerLoop(options, events, closing.signal).run();
  return {
    close: async () => {
      closing.abort('the agent is closing');
      await finished;
    },
  };
}

class TrackerLoop {
  private readonly roster: Roster;
  private wake = new AbortController();
  private following = false;
  private failures = 0;
  private lastUnusable = '[]';

  constructor(
    private readonly options: TrackerOptions,
    private readonly events: TrackerEvents,
    private readonly closing: AbortSignal,
  ) {
    this.roster = new Roster(options, { ...events, changed: () => this.look() });
  }

  async run(): Promise<void> {
    const wake = (): void => this.look();
    this.closing.addEventListener('abort', wake, { once: true });
    while (!this.closing.aborted) {
      // Renewed before the look, so that a change during it is not missed.
      this.wake = new AbortController();
      const pauseMs = await this.pollOnce();
      await systemClock.sleep(pauseMs, this.wake.signal);
    }
    this.roster.dropAll(String(this.closing.reason));
  }

  private look(): void {
    this.wake.abort();
  }

  /** One look; answers with the pause until the next. */
  private async pollOnce(): Promise<number> {
    const listed = await listPhones(this.options.address, this.closing);
    if (listed.ok) {
      this.failures = 0;
      this.roster.update(listed.value);
      this.reportUnusable(listed.value);
      // What changed between the look and the first notice would be seen a second late: look again.
      return (await this.follow()) ? 0 : pollMs;
    }
    if (this.closing.aborted) return 0;
    return await this.afterFailure(listed.error.code === 'timeout', listed.error.message);
  }

  private async afterFailure(slow: boolean, message: string): Promise<number> {
    this.failures += 1;
    if (slow && this.failures < mostSlowLooks) return pollMs;
    this.options.logger.warn(
      { failures: this.failures, cause: message },
      'the adb server does not answer',
    );
    this.roster.dropAll('the adb server is gone');
    this.reportUnusable([]);
    const { address, serverProgram } = this.options;
    const isLocal = address.host === '127.0.0.1' || address.host === 'localhost';
    if (isLocal && serverProgram !== undefined && (await startAdbServer(serverProgram, address)))
      return 0;
    return backoffDelayMs(serverBackoff, this.failures - 1, Math.random());
  }

  /** True if it has just begun to follow. */
  private async follow(): Promise<boolean> {
    if (this.following) return false;
    this.following = await followChanges(this.options.address, this.closing, {
      changed: () => this.look(),
      ended: () => {
        this.following = false;
        // A new server numbers its transports anew, so nothing of the old one may stay.
        this.roster.dropAll('the adb server is gone');
        this.look();
      },
    });
    return this.following;
  }

  private reportUnusable(listed: readonly ListedPhone[]): void {
    const names = wayNames(listed);
    const phones = [
      ...listed
        .filter((phone) => phone.state !== 'device')
        .map((phone) => explainUnusable(phone, names.get(wayKey(phone)) ?? phone.adbSerial)),
      ...this.roster.unusable(),
    ];
    const text = JSON.stringify(phones);
    if (text === this.lastUnusable) return;
    this.lastUnusable = text;
    this.events.unusable(phones);
  }
}
