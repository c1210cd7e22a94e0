import type { Kysely, Transaction } from 'kysely';
import { toLedgerError } from './ledger_error';

type LedgerWrite<Value, Schema> = (transaction: Transaction<Schema>) => Promise<Value>;

/**
 * Puts writes that come together into one transaction. A commit waits for the disk, and that wait is the same for one
 * write as for fifty; each caller is still answered only after its own write is on the disk.
 */
export class GroupCommit<Schema> {
  private readonly waiting: Member<Schema>[] = [];
  private draining = false;

  constructor(private readonly db: Kysely<Schema>) {}

  run<Value>(write: LedgerWrite<Value, Schema>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.waiting.push(createMember(write, resolve, reject));
      if (!this.draining) void this.drain();
    });
  }

  /** Never rejects. The flag falls in the same turn in which nothing is left, so that no write is overlooked. */
  private async drain(): Promise<void> {
    this.draining = true;
    while (this.waiting.length > 0) {
      // Whoever writes in this turn of the event loop comes along.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.waiting.splice(0, largestGroup);
      if (await this.commit(group)) continue;
      // One of them cannot be written; the others must not suffer, and it must hear its own reason.
      for (const member of group) await this.commitAlone(member);
    }
    this.draining = false;
  }

  private async commit(group: readonly Member<Schema>[]): Promise<boolean> {
    try {
      const answers = await this.db.transaction().execute(async (transaction) => {
        const written: (() => void)[] = [];
        for (const member of group) written.push(await member.write(transaction));
        return written;
      });
      for (const answer of answers) answer();
      return true;
    } catch {
      return false;
    }
  }

  private async commitAlone(member: Member<Schema>): Promise<void> {
    try {
      const answer = await this.db
        .transaction()
        .execute((transaction) => member.write(transaction));
      answer();
    } catch (error) {
      member.fail(toLedgerError(error));
    }
  }
}

/** Bounds how long one transaction keeps the event loop busy. */
const largestGroup = 128;

interface Member<Schema> {
  /** Writes, and returns what answers the caller once the transaction is on the disk. */
  write(transaction: Transaction<Schema>): Promise<() => void>;
  fail(error: unknown): void;
}

function createMember<Value, Schema>(
  write: LedgerWrite<Value, Schema>,
  resolve: (value: Value) => void,
  fail: (error: unknown) => void,
): Member<Schema> {
  return {
    write: async (transaction) => {
      const value = await write(transaction);
      return () => resolve(value);
    },
    fail,
  };
}
