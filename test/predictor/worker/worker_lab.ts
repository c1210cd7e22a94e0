import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ok } from '../../../common/result';
import type { BlockTask, TrainingTask } from '../../../common/training/training_task';
import type { Bus } from '../../../platform/nats/bus';
import { createLogger } from '../../../platform/logger';
import { systemClock } from '../../../platform/time/clock';
import type { TaskReport } from '../../../predictor/worker/end_delivery';
import { TaskProcess } from '../../../predictor/worker/task_process';
import type { TrainingWorkerParts } from '../../../predictor/worker/training_worker';
import { trainedStream, trainSubject } from '../../../proto/subjects';
import { blockTask } from '../sample_tasks';

/** A worker on a folder, whose uploads are lines of its file `uploads`. */
export function workerParts(
  bus: Bus,
  dataFolder: string,
  options: { readonly silenceMs?: number; readonly engine?: 'native' | 'auto' } = {},
): TrainingWorkerParts {
  return {
    worker: 'lab',
    processes: 1,
    bus,
    startProcess: () =>
      new TaskProcess({
        workerFile: path.join(__dirname, 'scripted_tasks.js'),
        largestHeapMb: 256,
        wish: { engine: options.engine ?? 'auto', threads: 1 },
        silenceMs: options.silenceMs ?? 10_000,
      }),
    cache: { obtain: ({ digest }) => Promise.resolve(ok(path.join(dataFolder, digest))) },
    uploader: {
      upload: async (file) => {
        await appendFile(path.join(dataFolder, 'uploads'), `${await readFile(file, 'utf8')}\n`);
        return digestOf(await readFile(file));
      },
    },
    readTask: (data) => ok(JSON.parse(Buffer.from(data).toString()) as TrainingTask),
    writeReport: (report) => Buffer.from(JSON.stringify(report)),
    dataFolder,
    featureCacheBytes: 1e9,
    memoryCeilingBytes: 4e9,
    onEnd: () => undefined,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
  };
}

/** As the coordinator does. Each seed is a task of its own. */
export async function publishTask(bus: Bus, block: number, seed = 1): Promise<string> {
  const task: BlockTask = { ...blockTask, block, recipe: { ...blockTask.recipe, seed } };
  const bytes = Buffer.from(JSON.stringify(task));
  const taskId = digestOf(bytes);
  await bus.connection.jetstream().publish(trainSubject('block', taskId), bytes);
  return taskId;
}

/** The next ends that workers tell, so many. */
export async function endsOf(bus: Bus, count: number): Promise<readonly TaskReport[]> {
  const manager = await bus.connection.jetstreamManager();
  await manager.consumers.add(trainedStream, {
    durable_name: 'ledger',
    ack_policy: 'explicit' as never,
  });
  const consumer = await bus.connection.jetstream().consumers.get(trainedStream, 'ledger');
  const reports: TaskReport[] = [];
  while (reports.length < count) {
    const message = await consumer.next({ expires: 10_000 });
    if (message === null) throw new Error(`${reports.length} of ${count} ends came`);
    reports.push(JSON.parse(message.string()) as TaskReport);
    message.ack();
  }
  return reports;
}

/** Task and process of each beginning. */
export async function beginningsOf(
  dataFolder: string,
): Promise<readonly { readonly taskId: string; readonly pid: number }[]> {
  const text = await readFile(path.join(dataFolder, 'begun'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [taskId = '', pid] = line.split(' ');
      return { taskId, pid: Number(pid) };
    });
}

export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('it did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
