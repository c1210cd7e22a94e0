import { StorageType, type KV } from 'nats';
import { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import type { Clock } from '../../platform/time/clock';
import { repeat } from '../../platform/time/ticker';
import type { Logger } from '../../platform/logger';
import { shown } from '../../common/one_line';
import { decodeJson, encodeJson } from '../../proto/codec/json';
import type { Bus } from '../../platform/nats/bus';
import { jetStreamCode, jetStreamCodeOf } from '../../platform/nats/jetstream';

const bucket = 'FARM_COORDINATOR';
const key = 'holder';
/** The broker forgets a claim that was not renewed for so long, so a dead coordinator keeps others out no longer. */
const claimLifeMs = 12_000;
/** Several may be lost before the claim is. */
const renewIntervalMs = 2_000;
/** While it is waited for whether a claim is renewed. */
const pollIntervalMs = 250;
const largestClaimBytes = 8_192;

/** Who coordinates. The data folder of one machine has one coordinator at a time: the lock of its ledger is the kernel's. */
interface ClaimHolder {
  readonly host: string;
  readonly dataDir: string;
  readonly processId: number;
}

const holderSchema: z.ZodType<ClaimHolder> = z.object({
  host: z.string().max(300),
  dataDir: z.string().max(4_200),
  processId: z.int(),
});

interface ClaimParts {
  readonly bus: Bus;
  readonly holder: ClaimHolder;
  /** Another coordinator has taken over, while this one could not be heard for longer than a claim lives. */
  readonly onLost: (error: Error) => void;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface CoordinatorClaim {
  /** The next one need not wait then. */
  close(): Promise<void>;
}

/**
 * Makes this the only coordinator of the broker: two would take each other's results. A claim in the broker is renewed as
 * long as its holder lives; one of the same folder is of a process that is gone, and is taken over at once.
 * @throws BadInputError that names the coordinator which is there already
 */
export async function claimCoordination(parts: ClaimParts): Promise<CoordinatorClaim> {
  const claim = new KeptClaim(parts);
  await claim.take();
  return claim;
}

class KeptClaim implements CoordinatorClaim {
  readonly #closing = new AbortController();
  #kept: Promise<void> = Promise.resolve();
  #revision = 0;

  constructor(private readonly parts: ClaimParts) {}

  async take(): Promise<void> {
    let seen: number | undefined;
    for (;;) {
      const store = await this.#store();
      const found = await store.get(key);
      const holder = found?.operation === 'PUT' ? readHolder(found.value) : undefined;
      if (found === null || holder === undefined || this.#isOurs(holder)) {
        if (await this.#put(store, found?.revision ?? 0)) break;
        continue;
      }
      // It changed since: its holder lives.
      if (seen !== undefined && seen !== found.revision) throw new BadInputError(takenBy(holder));
      seen = found.revision;
      await this.parts.clock.sleep(pollIntervalMs, this.#closing.signal);
    }
    const { clock } = this.parts;
    const { signal } = this.#closing;
    this.#kept = repeat({ clock, intervalMs: renewIntervalMs, signal }, () => this.#keep());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#kept;
    if (!this.parts.bus.isConnected()) return;
    await (await this.#store()).delete(key, { previousSeq: this.#revision }).catch(() => undefined);
  }

  async #keep(): Promise<void> {
    if (!this.parts.bus.isConnected()) return;
    try {
      if (!(await this.#renew())) this.#closing.abort();
    } catch (error) {
      this.parts.logger.warn(
        { reason: shown((error as Error).message) },
        'the claim on the broker could not be renewed; trying again',
      );
    }
  }

  /** False when it is lost. */
  async #renew(): Promise<boolean> {
    const store = await this.#store();
    if (this.#revision > 0 && (await this.#put(store, this.#revision))) return true;
    const found = await store.get(key);
    const holder = found?.operation === 'PUT' ? readHolder(found.value) : undefined;
    if (holder !== undefined && !this.#isOurs(holder)) {
      this.parts.onLost(
        new Error(`${takenBy(holder)}; this one could not reach the broker for too long`),
      );
      return false;
    }
    // It expired, or the broker lost it.
    await this.#put(store, found?.revision ?? 0);
    return true;
  }

  /** False when somebody else was quicker. */
  async #put(store: KV, replaced: number): Promise<boolean> {
    try {
      this.#revision = await store.put(key, encodeJson(this.parts.holder), {
        previousSeq: replaced,
      });
      return true;
    } catch (error) {
      if (jetStreamCodeOf(error) === jetStreamCode.wrongLastSequence) return false;
      throw error;
    }
  }

  /** Made anew where it was deleted. */
  #store(): Promise<KV> {
    return this.parts.bus.connection
      .jetstream()
      .views.kv(bucket, { ttl: claimLifeMs, history: 1, storage: StorageType.File });
  }

  #isOurs({ host, dataDir }: ClaimHolder): boolean {
    const { holder } = this.parts;
    return host === holder.host && dataDir === holder.dataDir;
  }
}

function readHolder(bytes: Uint8Array): ClaimHolder | undefined {
  const read = decodeJson(bytes, holderSchema, largestClaimBytes);
  return read.ok ? read.value : undefined;
}

function takenBy({ host, dataDir, processId }: ClaimHolder): string {
  return `nats: another coordinator uses this server: the one of ${shown(dataDir)} on ${shown(host)} (process ${processId}); stop it, or give each a NATS server of its own`;
}
