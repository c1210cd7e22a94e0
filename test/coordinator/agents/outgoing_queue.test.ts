import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { createOutgoingQueue, type MessageSink } from '../../../coordinator/agents/outgoing_queue';
import type { CoordinatorMessage as WireMessage } from '../../../proto/generated/farm/v1/CoordinatorMessage';

/** A transport that takes `room` messages at a time and asks for a pause after them. */
class SlowSink extends EventEmitter implements MessageSink {
  readonly epochs: number[] = [];
  private taken = 0;
  constructor(private readonly room: number) {
    super();
  }
  write(message: WireMessage): boolean {
    this.epochs.push(Number(message.stopJob?.lease?.epoch));
    this.taken += 1;
    return this.taken < this.room;
  }
  drain(): void {
    this.taken = 0;
    this.emit('drain');
  }
}

const stop = (epoch: number) =>
  ({
    kind: 'stop-job',
    lease: { jobId: 'job', deviceSerial: 'phone', epoch, nonce: 'n' },
  }) as const;

describe('outgoing queue', () => {
  it('keeps the order whatever the transport takes at a time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (room, script) => {
          const sink = new SlowSink(room);
          const queue = createOutgoingQueue(sink, 100);
          let pushed = 0;
          for (const isPush of script) {
            if (isPush) expect(queue.push(stop(pushed++))).toBe(true);
            else sink.drain();
          }
          for (let round = 0; round <= pushed; round += 1) sink.drain();
          expect(sink.epochs).toEqual(Array.from({ length: pushed }, (_, epoch) => epoch));
        },
      ),
    );
  });

  it('writes nothing while the transport is full, and says when too much waits', () => {
    const sink = new SlowSink(1);
    const queue = createOutgoingQueue(sink, 2);
    expect([0, 1, 2, 3].map((epoch) => queue.push(stop(epoch)))).toEqual([true, true, true, false]);
    expect(sink.epochs).toEqual([0]);
  });

  it('writes nothing after it was closed', () => {
    const sink = new SlowSink(1);
    const queue = createOutgoingQueue(sink, 10);
    queue.push(stop(0));
    queue.push(stop(1));
    queue.close();
    sink.drain();
    queue.push(stop(2));
    expect(sink.epochs).toEqual([0]);
  });
});
