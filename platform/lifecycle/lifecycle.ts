import type { Logger } from '../logger';
import { systemClock } from '../time/clock';
import { withDeadline } from '../time/deadline';
import { deferred } from './deferred';

type Close = () => unknown;

interface Part {
  readonly name: string;
  readonly close: Close;
  readonly deadlineMs: number;
}

/** A part that does not close in this time is left to the end of the process, unless another was given for it. */
const closeDeadlineMs = 5_000;
/** For each part after `hurry`: enough to close a file, not to wait for anybody. */
const hurriedDeadlineMs = 250;

/**
 * What a program has opened, and how it ends: by itself when something cannot be borne, or because it is asked to. Parts are
 * closed in reverse order of opening, each within a deadline, each at most once, whatever the others do.
 */
export class Lifecycle {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #open: Part[] = [];
  readonly #notInOrder: string[] = [];
  readonly #hurried = deferred<undefined>();
  readonly #done = deferred<undefined>();
  #stopping: Promise<readonly string[]> | undefined;

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
    // Whoever runs the program looks at it; until then a failure must not end the process as an unhandled one.
    this.#done.promise.catch(() => undefined);
  }

  /** Resolves after `stop`; rejects on `fail`. */
  get done(): Promise<unknown> {
    return this.#done.promise;
  }

  add<Closable extends { close(): unknown }>(name: string, part: Closable): Closable {
    this.onStop(name, () => part.close());
    return part;
  }

  /** Opened while the program is stopping, it is closed too. */
  onStop(name: string, close: Close, deadlineMs = closeDeadlineMs): void {
    this.#open.push({ name, close, deadlineMs });
    if (this.#stopping !== undefined) this.#stopping = this.#stopping.then(() => this.#closeAll());
  }

  /** Ends `done` with the error; the first one counts, and none after a stop was asked for. */
  fail(error: Error): void {
    if (this.#stopping === undefined) this.#done.reject(error);
  }

  /** Resolves with the names of the parts that were not closed in order. */
  stop(): Promise<readonly string[]> {
    this.#stopping ??= this.#closeAll();
    return this.#stopping;
  }

  /** Who asks a second time does not want to wait: what is open gets a moment each. */
  hurry(): void {
    this.#hurried.resolve(undefined);
  }

  async #closeAll(): Promise<readonly string[]> {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop())
      if (!(await this.#isClosed(last))) this.#notInOrder.push(last.name);
    this.#done.resolve(undefined);
    return this.#notInOrder;
  }

  async #isClosed({ name, close, deadlineMs }: Part): Promise<boolean> {
    const closing = Promise.resolve()
      .then(close)
      .then(() => true);
    const hurried = this.#hurried.promise
      .then(() => systemClock.sleep(hurriedDeadlineMs))
      .then(() => false);
    try {
      const closed = await withDeadline(Promise.race([closing, hurried]), deadlineMs, name);
      if (closed.ok && closed.value) return true;
      this.#logger.warn({ part: name, deadlineMs }, 'did not close in time');
    } catch (error) {
      this.#logger.warn({ part: name, err: error }, 'did not close in peace');
    }
    return false;
  }
}
