import { once } from 'node:events';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { withDeadline } from '../../platform/time/deadline';
import type { RunReply, RunRequest, WorkerTable } from './run_request';

/** Each holds the table. */
const mostThreads = 16;
/** A run is bounded by its budget; what takes longer than a day is stuck. */
const runDeadlineMs = 24 * 3_600_000;

/** Runs spread over worker threads; the results are in the order of the requests, whichever thread made them. `workerFile` is the compiled simulation_worker. */
export async function runInThreads(
  workerFile: string,
  given: WorkerTable,
  requests: readonly RunRequest[],
  onDone: (index: number) => void,
): Promise<readonly RunReply[]> {
  const replies = new Map<number, RunReply>();
  const threads = Array.from(
    { length: Math.min(os.availableParallelism(), mostThreads, requests.length) },
    () => new Worker(workerFile, { workerData: given }),
  );
  const waiting = requests.entries();
  const work = async (thread: Worker): Promise<void> => {
    for (const [index, request] of waiting) {
      replies.set(index, await exchange(thread, request));
      onDone(index);
    }
  };
  try {
    await Promise.all(threads.map(work));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return requests.flatMap((_, index) => replies.get(index) ?? []);
}

async function exchange(thread: Worker, request: RunRequest): Promise<RunReply> {
  const reply = once(thread, 'message') as Promise<[RunReply]>;
  thread.postMessage(request);
  const answer = await withDeadline(reply, runDeadlineMs, 'a simulated run');
  if (!answer.ok) throw new Error(`a simulated run took longer than ${runDeadlineMs} ms`);
  return answer.value[0];
}
