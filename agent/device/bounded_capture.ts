/**
 * Keeps the first `headBytes` and the last `tailBytes` of a stream and forgets what is between, so that a tool that
 * prints without end cannot fill the agent's memory.
 */
export class BoundedCapture {
  private readonly head: Buffer[] = [];
  private readonly tail: Buffer[] = [];
  private headLength = 0;
  private tailLength = 0;
  private dropped = 0;

  constructor(
    private readonly headBytes: number,
    private readonly tailBytes: number,
  ) {}

  append(chunk: Buffer): void {
    const forHead = Math.min(chunk.length, this.headBytes - this.headLength);
    if (forHead > 0) {
      this.head.push(chunk.subarray(0, forHead));
      this.headLength += forHead;
    }
    if (forHead === chunk.length) return;
    this.tail.push(chunk.subarray(forHead));
    this.tailLength += chunk.length - forHead;
    this.forget();
  }

  /** The bytes before and after the gap; without a gap all of them are in `head` and `tail` is empty. */
  contents(): { readonly head: Buffer; readonly tail: Buffer; readonly droppedBytes: number } {
    if (this.dropped === 0)
      return {
        head: Buffer.concat([...this.head, ...this.tail]),
        tail: Buffer.alloc(0),
        droppedBytes: 0,
      };
    return {
      head: Buffer.concat(this.head),
      tail: Buffer.concat(this.tail),
      droppedBytes: this.dropped,
    };
  }

  private forget(): void {
    for (;;) {
      const oldest = this.tail[0];
      if (oldest === undefined || this.tailLength - oldest.length < this.tailBytes) return;
      this.tail.shift();
      this.tailLength -= oldest.length;
      this.dropped += oldest.length;
    }
  }
}
