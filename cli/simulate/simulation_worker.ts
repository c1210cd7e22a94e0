import { workerData } from 'node:worker_threads';
import { serveRequests } from '../../platform/threads/serve_requests';
import { simulateRun } from '../../search/simulate/run';
import { recordingOf } from './recorded_space';
import type { RunReply, RunRequest, WorkerTable } from './run_request';

const { table, space } = workerData as WorkerTable;
const recording = recordingOf(table, space);

serveRequests<RunRequest, RunReply>(({ conditions, ...request }) =>
  simulateRun(recording, request, conditions, () => performance.now()),
);
