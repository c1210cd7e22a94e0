import type { WorkerStatus } from '../../proto/codec/fleet';
import type { HealthFinding } from './finding';

/** Buffers are outside of the heap; beyond so much of them a worker takes more than it was meant to. */
const mostOverHeap = 1.5;

/** The processes that work for the coordinator: what for, how much memory they take, and how much they may. */
export function workerFindings(workers: readonly WorkerStatus[]): readonly HealthFinding[] {
  return workers.map((worker) => {
    const { name, pid, busy, residentBytes, largestHeapBytes } = worker;
    const isTooLarge = (residentBytes ?? 0) > mostOverHeap * largestHeapBytes;
    return {
      check: `worker ${name}`,
      state: isTooLarge ? 'warning' : 'good',
      detail: `process ${String(pid)}, ${busy ? 'busy' : 'idle'}, ${megabytes(residentBytes)} of memory; its heap may take ${megabytes(largestHeapBytes)}`,
    };
  });
}

function megabytes(bytes: number | null): string {
  return bytes === null ? 'unknown MB' : `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
