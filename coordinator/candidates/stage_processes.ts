import { join } from 'node:path';
import { ProcessPool, type ProcessPoolOptions } from '../../platform/processes/process_pool';
import type { WorkerReply, WorkerRequest } from './worker_request';

/** A network takes around a second; one process makes more than a shelf of phones measures and leaves the other cores alone. */
export const defaultStageProcesses: ProcessPoolOptions = {
  name: 'builder',
  workerFile: join(__dirname, 'stage_worker.js'),
  processes: 1,
  deadlineMs: 120_000,
  // One of each stage at most, for they have queues of their own.
  largestQueue: 100,
  // Above what making the largest network takes by far; a runaway build must not take the machine's memory.
  largestHeapMb: 2_048,
};

type StageProcesses = ProcessPool<WorkerRequest, WorkerReply>;

export function openStageProcesses(options: ProcessPoolOptions): StageProcesses {
  return new ProcessPool(options);
}
