import type { JsMsg } from 'nats';

/** One transaction of the ledger: large enough to share its disk sync, small enough not to hold up the event loop. */
const largestBatch = 64;

/** Hands messages on in their order, one batch at a time: a single one at once, and what arrives meanwhile as the next batch. */
export class MessageBatches {
  private waiting: JsMsg[] = [];
  private working: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly handle: (batch: readonly JsMsg[]) => Promise<void>,
    /** Called once, after which nothing more is handed on. */
    private readonly onFailure: (error: Error) => void,
  ) {}

  add(message: JsMsg): void {
    this.waiting.push(message);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  /** Drops what has not been handed on yet. */
  forget(): void {
    this.waiting = [];
  }

  /** Resolves after the batch that is being handled. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.working;
  }

  private async work(): Promise<void> {
    // What came in the same read of the socket is added in this turn of the event loop: let it in.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.isClosed && this.waiting.length > 0) {
      try {
        await this.handle(this.waiting.splice(0, largestBatch));
        // Also where nothing had to be waited for: a flood of what cannot be read leaves room for others.
        await new Promise((resolve) => setImmediate(resolve));
      } catch (error) {
        this.isClosed = true;
        this.onFailure(error as Error);
      }
    }
  }
}
