/**
 * With `timeScale` 0 nothing waits, yet heat must be able to leave a phone between two sessions:
 * idle time then passes this many times faster than the wall clock.
 */
const idleSpeedWithoutWaiting = 1000;

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/**
 * One phone's own time. `timeScale` is real seconds per virtual second: 1 is real time, 0.1 ten times faster, and 0
 * does not wait at all: the earliest sleeper is woken as soon as the phone has nothing else to do, so that
 * `timeout 120 hung` ends at once but `timeout 120 works` does not. No timer exists while the phone is idle.
 */
export class VirtualClock {
  readonly #timeScale: number;
  readonly #realNowMs: () => number;
  readonly #startedAtMs: number;
  #skippedMs = 0;
  #sleepers: Sleeper[] = [];
  #advancing: NodeJS.Immediate | undefined;

  constructor(timeScale: number, realNowMs: () => number) {
    this.#timeScale = timeScale;
    this.#realNowMs = realNowMs;
    this.#startedAtMs = realNowMs();
  }

  /** Milliseconds since the Unix epoch, running at the phone's own speed since it was made. */
  nowMs(): number {
    const speed = this.#timeScale === 0 ? idleSpeedWithoutWaiting : 1 / this.#timeScale;
    return this.#startedAtMs + (this.#realNowMs() - this.#startedAtMs) * speed + this.#skippedMs;
  }

  /** Resolves after `durationMs` of the phone's time, or earlier when `signal` aborts; never rejects. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#schedule(durationMs, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      const stop = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** Wakes nobody any more. */
  stop(): void {
    if (this.#advancing !== undefined) clearImmediate(this.#advancing);
    this.#sleepers = [];
  }

  #schedule(durationMs: number, wake: () => void): () => void {
    if (this.#timeScale > 0) {
      const timer = setTimeout(wake, durationMs * this.#timeScale);
      return () => clearTimeout(timer);
    }
    const sleeper = { wakeAtMs: this.nowMs() + durationMs, wake };
    this.#sleepers.push(sleeper);
    this.#advancing ??= setImmediate(() => this.#advance());
    return () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    };
  }

  #advance(): void {
    this.#advancing = undefined;
    const earliest = this.#sleepers.reduce<Sleeper | undefined>(
      (best, next) => (best === undefined || next.wakeAtMs < best.wakeAtMs ? next : best),
      undefined,
    );
    if (earliest === undefined) return;
    this.#sleepers = this.#sleepers.filter((other) => other !== earliest);
    this.#skippedMs += Math.max(0, earliest.wakeAtMs - this.nowMs());
    if (this.#sleepers.length > 0) this.#advancing = setImmediate(() => this.#advance());
    earliest.wake();
  }
}
