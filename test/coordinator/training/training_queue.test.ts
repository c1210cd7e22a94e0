import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { TrainingQueue } from '../../../coordinator/training/training_queue';
import { createLogger } from '../../../platform/logger';
import { type Bus, connectBus } from '../../../platform/nats/bus';
import { systemClock } from '../../../platform/time/clock';
import { taskId } from '../../../proto/codec/training/content_digest';
import { encodeTrainingReport } from '../../../proto/codec/training/training_end';
import { trainedSubject, trainStream } from '../../../proto/subjects';
import { type NatsServer, startNatsServer } from '../../servers/nats_server';
import { aBlockTask } from '../../training_samples';

const logger = createLogger('test', 'silent');
const { signal } = new AbortController();
let server: NatsServer;
let bus: Bus;
let ledger: Ledger;
let queue: TrainingQueue;
let folder: string;

const openQueue = async (): Promise<void> => {
  queue = new TrainingQueue({
    ...{ bus, tasks: ledger.trainingTasks, clock: systemClock, logger },
    onFailure: (error) => {
      throw error;
    },
  });
  await queue.start();
};
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farm-training-'));
  server = await startNatsServer();
  bus = await connectBus(server.url, 'coordinator', logger);
  ledger = await openLedger(path.join(folder, 'ledger.sqlite'));
  await openQueue();
});
afterEach(async () => {
  await queue.close();
  await ledger.close();
  await bus.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const outstanding = async (): Promise<number> => {
  const manager = await bus.connection.jetstreamManager();
  return (await manager.streams.info(trainStream)).state.messages;
};
const offered = async (count: number): Promise<void> => {
  while ((await outstanding()) < count) await new Promise((resolve) => setTimeout(resolve, 20));
};
const tell = (seed: number, reason: string): Promise<unknown> =>
  bus.connection.jetstream().publish(
    trainedSubject('w1'),
    encodeTrainingReport({
      taskId: taskId(aBlockTask(seed)),
      worker: 'w1',
      end: { kind: 'failed', reason },
    }),
  );

it('answers in the order of the tasks, and at once for what has ended before', async () => {
  const coming = queue.perform([aBlockTask(1), aBlockTask(2), aBlockTask(1)], signal);
  await offered(2);
  await bus.connection.jetstream().publish(trainedSubject('w1'), 'no report');
  await tell(2, 'two');
  await tell(1, 'one');
  await tell(1, 'another');
  const ends = ['one', 'two', 'one'].map((reason) => ({ kind: 'failed', reason }));
  expect(await coming).toEqual(ends);
  expect(queue.unreadableCount()).toBe(1);
  await queue.close();
  await openQueue();
  expect(await queue.perform([aBlockTask(1)], signal)).toEqual([ends[0]]);
});

it('offers a task once, also after a restart, and rejects when it is stopped', async () => {
  const stop = new AbortController();
  const stopped = queue.perform([aBlockTask(1)], stop.signal);
  await offered(1);
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await queue.close();
  await openQueue();
  const coming = queue.perform([aBlockTask(1)], signal);
  await tell(1, 'one');
  expect(await coming).toHaveLength(1);
  expect(await outstanding()).toBe(1);
});
