import fc from 'fast-check';
import {
  allJobIds,
  dequeue,
  emptyQueue,
  enqueue,
  firstOfAll,
  type JobQueue,
  type QueueEntry,
} from '../../../coordinator/schedule/state/job_queue';

function entryOf(sequence: number): QueueEntry {
  return { sequence, jobId: `job-${String(sequence)}` };
}

describe('a job queue', () => {
  it('is a list sorted by sequence, whatever comes and goes', () => {
    const change = fc.record({ add: fc.boolean(), sequence: fc.nat(600) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 900 }), (changes) => {
        let queue: JobQueue = emptyQueue;
        const oracle = new Set<number>();
        for (const { add, sequence } of changes) {
          if (add && !oracle.has(sequence)) queue = enqueue(queue, entryOf(sequence));
          if (!add) queue = dequeue(queue, entryOf(sequence));
          if (add) oracle.add(sequence);
          else oracle.delete(sequence);
        }
        const sorted = [...oracle].sort((a, b) => a - b).map(entryOf);
        expect(allJobIds(queue)).toEqual(sorted.map((entry) => entry.jobId));
        expect(queue.size).toBe(sorted.length);
        expect(firstOfAll([queue], 300)).toEqual(sorted.slice(0, 300));
      }),
      { numRuns: 60 },
    );
  });

  it('of thousands stays in order while both ends and the middle move', () => {
    let queue = emptyQueue;
    for (let sequence = 0; sequence < 5_000; sequence += 1)
      queue = enqueue(queue, entryOf(sequence));
    for (let sequence = 0; sequence < 5_000; sequence += 2)
      queue = dequeue(queue, entryOf(sequence));
    for (let sequence = 4_000; sequence >= 1_000; sequence -= 4)
      queue = enqueue(queue, entryOf(sequence));
    const ids = allJobIds(queue);
    expect(ids).toHaveLength(2_500 + 751);
    expect(ids).toEqual(ids.toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4))));
  });

  it('merges with others in the order of submission', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1_000), { maxLength: 400 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 64 }),
        (sequences, queues, count) => {
          const split = Array.from({ length: queues }, (_, index) =>
            sequences.filter((_sequence, at) => at % queues === index),
          );
          const merged = firstOfAll(
            split.map((part) =>
              part.reduce((queue, sequence) => enqueue(queue, entryOf(sequence)), emptyQueue),
            ),
            count,
          );
          expect(merged).toEqual(
            sequences
              .toSorted((a, b) => a - b)
              .slice(0, count)
              .map(entryOf),
          );
        },
      ),
    );
  });
});
