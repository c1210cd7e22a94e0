import os from 'node:os';
import { ThreadPool } from '../../platform/threads/thread_pool';
import type { RunReply, RunRequest, WorkerTable } from './run_request';

/** Each holds the table. */
const mostThreads = 16;
/** A run is bounded by its budget; what takes longer than a day is stuck. */
const deadlineMs = 24 * 3_600_000;
/** Above what a surrogate of two thousand measurements takes by far, beside the largest table. */
const largestHeapMb = 4_096;

/** Runs spread over worker threads; the results are in the order of the requests, whichever thread made them. `workerFile` is the compiled simulation_worker. */
export async function runInThreads(
  workerFile: string,
  given: WorkerTable,
  requests: readonly RunRequest[],
  onDone: (index: number) => void,
): Promise<readonly RunReply[]> {
  const pool = new ThreadPool<RunRequest, RunReply>({
    name: 'simulation',
    workerFile,
    workerData: given,
    workers: Math.min(os.availableParallelism(), mostThreads),
    largestQueue: requests.length,
    deadlineMs,
    largestHeapMb,
  });
  const run = async (request: RunRequest, index: number): Promise<RunReply> => {
    const result = await pool.run({ request, what: 'simulating a run' });
    if (!result.ok) throw new Error(result.error.message);
    onDone(index);
    return result.value;
  };
  try {
    return await Promise.all(requests.map(run));
  } finally {
    await pool.close();
  }
}
