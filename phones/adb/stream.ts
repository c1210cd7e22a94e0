/** Output that the adb server does not fetch; beyond it the stream is closed, since a phone's shell would block there for ever. */
const largestQueueBytes = 32 * 1024 * 1024;

interface StreamWire {
  sendData(payload: Buffer): void;
  sendAcknowledgement(): void;
  sendClose(): void;
}

/** One logical stream of a connection, as a service sees it. At most one write is unacknowledged, as ADB demands. */
export class AdbStream {
  readonly #wire: StreamWire;
  readonly #largestPayloadBytes: number;
  readonly #closed = new AbortController();
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #state: 'ready' | 'awaiting-acknowledgement' | 'closed' = 'ready';
  #ending = false;
  #receive: ((data: Buffer) => void | Promise<void>) | undefined;

  constructor(wire: StreamWire, payloadLimitBytes: number) {
    this.#wire = wire;
    this.#largestPayloadBytes = payloadLimitBytes;
  }

  /** Aborts when either side closed the stream. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The next packet is requested from the host once the handler's promise has settled. */
  onData(handler: (data: Buffer) => void | Promise<void>): void {
    this.#receive = handler;
  }

  write(data: Buffer): void {
    if (this.#state === 'closed' || this.#ending || data.length === 0) return;
    this.#queue.push(data);
    this.#queuedBytes += data.length;
    if (this.#queuedBytes > largestQueueBytes) {
      this.close();
      return;
    }
    this.#flush();
  }

  /** Closes after everything written so far was acknowledged. */
  end(): void {
    this.#ending = true;
    this.#flush();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#wire.sendClose();
    this.handleClosed();
  }

  handleAcknowledgement(): void {
    if (this.#state !== 'awaiting-acknowledgement') return;
    this.#state = 'ready';
    this.#flush();
  }

  async handleData(data: Buffer): Promise<void> {
    await this.#receive?.(data);
    if (this.#state !== 'closed') this.#wire.sendAcknowledgement();
  }

  /** The peer or the connection is gone; nothing more is sent. */
  handleClosed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#closed.abort();
  }

  #flush(): void {
    if (this.#state !== 'ready') return;
    if (this.#queuedBytes > 0) {
      const payload = this.#takePayload();
      this.#state = 'awaiting-acknowledgement';
      this.#wire.sendData(payload);
    } else if (this.#ending) {
      this.close();
    }
  }

  #takePayload(): Buffer {
    const joined = Buffer.concat(this.#queue, this.#queuedBytes);
    const payload = joined.subarray(0, this.#largestPayloadBytes);
    this.#queuedBytes -= payload.length;
    this.#queue = this.#queuedBytes === 0 ? [] : [joined.subarray(payload.length)];
    return payload;
  }
}
