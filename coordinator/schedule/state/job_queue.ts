/** Jobs of one owner for one target, in the order of submission. A retried job returns to its old place. */
export interface JobQueue {
  readonly size: number;
  /** Sorted by sequence within and across chunks; no chunk is empty. */
  readonly chunks: readonly Chunk[];
}

export interface QueueEntry {
  /** The owner's own count of submissions. */
  readonly sequence: number;
  readonly jobId: string;
}

type Chunk = readonly QueueEntry[];

/** A change copies one chunk and the list of chunks: for 20,000 jobs two short arrays instead of one long one. */
const largestChunk = 128;

export const emptyQueue: JobQueue = { size: 0, chunks: [] };

export function enqueue(queue: JobQueue, entry: QueueEntry): JobQueue {
  const at = Math.max(0, chunkIndex(queue, entry.sequence));
  const chunk = queue.chunks[at] ?? [];
  const place = chunk.findLastIndex((other) => other.sequence < entry.sequence) + 1;
  const grown = chunk.toSpliced(place, 0, entry);
  return {
    size: queue.size + 1,
    chunks: queue.chunks.toSpliced(at, 1, ...split(grown, place === chunk.length)),
  };
}

/** The queue without the entry; the same queue when it is not there. */
export function dequeue(queue: JobQueue, entry: QueueEntry): JobQueue {
  const at = chunkIndex(queue, entry.sequence);
  const chunk = queue.chunks[at] ?? [];
  const place = chunk.findIndex(
    (other) => other.sequence === entry.sequence && other.jobId === entry.jobId,
  );
  if (place < 0) return queue;
  const rest = chunk.toSpliced(place, 1);
  return {
    size: queue.size - 1,
    chunks: rest.length === 0 ? queue.chunks.toSpliced(at, 1) : queue.chunks.with(at, rest),
  };
}

/** The first `count` entries of several queues of one owner, in the order of submission. */
export function firstOfAll(queues: readonly JobQueue[], count: number): readonly QueueEntry[] {
  const fronts = queues.map((queue) => firstEntries(queue, count));
  const [only] = fronts;
  if (only !== undefined && fronts.length === 1) return only;
  const positions = fronts.map(() => 0);
  const merged: QueueEntry[] = [];
  while (merged.length < count) {
    let first: QueueEntry | undefined;
    let firstFront = 0;
    for (let front = 0; front < fronts.length; front += 1) {
      const entry = fronts[front]?.[positions[front] ?? 0];
      if (entry === undefined || (first !== undefined && first.sequence < entry.sequence)) continue;
      first = entry;
      firstFront = front;
    }
    if (first === undefined) break;
    merged.push(first);
    positions[firstFront] = (positions[firstFront] ?? 0) + 1;
  }
  return merged;
}

function firstEntries(queue: JobQueue, count: number): readonly QueueEntry[] {
  const [chunk = []] = queue.chunks;
  if (chunk.length >= count || queue.chunks.length < 2) return chunk.slice(0, count);
  const entries = [...chunk];
  for (let index = 1; index < queue.chunks.length && entries.length < count; index += 1) {
    entries.push(...(queue.chunks[index] ?? []).slice(0, count - entries.length));
  }
  return entries;
}

export function allJobIds(queue: JobQueue): readonly string[] {
  return queue.chunks.flatMap((chunk) => chunk.map((entry) => entry.jobId));
}

/** Index of the last chunk that begins at or before `sequence`; -1 when all begin later. */
function chunkIndex(queue: JobQueue, sequence: number): number {
  let low = 0;
  let high = queue.chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const first = queue.chunks[middle]?.[0];
    if (first !== undefined && first.sequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Appended queues get full chunks, since nothing will come between; others are halved. */
function split(chunk: Chunk, appended: boolean): readonly Chunk[] {
  if (chunk.length <= largestChunk) return [chunk];
  const at = appended ? largestChunk : chunk.length >>> 1;
  return [chunk.slice(0, at), chunk.slice(at)];
}
