import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../common/assert';
import { simulateRun } from '../../search/simulate/run';
import { recordingOf } from './recorded_space';
import type { RunReply, RunRequest, WorkerTable } from './run_request';

const port = parentPort;
assert(port !== null, 'the simulation worker runs as a worker thread');
const { table, space } = workerData as WorkerTable;
const recording = recordingOf(table, space);
port.on('message', ({ conditions, ...request }: RunRequest) => {
  const reply: RunReply = simulateRun(recording, request, conditions, () => performance.now());
  port.postMessage(reply);
});
