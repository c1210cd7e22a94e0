import type { WorkQueueStream } from '../platform/nats/work_queue';
import { trainedStream, trainedSubjects, trainStream, trainSubjects } from './subjects';

/** Both programs make the queues, whichever is there first. */
const month = 30 * 24 * 3_600_000;

/** Tasks that wait for a worker, or are at work. A task is some kilobytes, and a library some thousands of them. */
export const trainQueue: WorkQueueStream = {
  stream: trainStream,
  subjects: trainSubjects,
  largestBytes: 256 * 1024 ** 2,
  oldestMs: month,
  onePerSubject: true,
};

/** What became of tasks, until the coordinator has kept it. */
export const trainedQueue: WorkQueueStream = {
  stream: trainedStream,
  subjects: trainedSubjects,
  largestBytes: 256 * 1024 ** 2,
  oldestMs: month,
  onePerSubject: false,
};
