import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { createLogger } from '../../../platform/logger';
import {
  startTrainingWorker,
  type TrainingWorker,
} from '../../../predictor/worker/training_worker';
import { decodeWorkerHeartbeat } from '../../../proto/codec/training/worker_heartbeat';
import { trainStream, workerSubjects } from '../../../proto/subjects';
import { spawnTypescript } from '../../process/typescript_process';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';
import { script } from './scripted_tasks_names';
import { beginningsOf, endsOf, eventually, publishTask, workerParts } from './worker_lab';

describe('a training worker', () => {
  let server: NatsServer;
  let bus: Bus;
  let folder: string;
  let workers: TrainingWorker[];

  beforeEach(async () => {
    server = await startNatsServer();
    bus = await connectBus(server.url, 'test', createLogger('test', 'silent'));
    folder = await mkdtemp(path.join(os.tmpdir(), 'farm-worker-'));
    workers = [];
  });
  afterEach(async () => {
    for (const worker of workers) await worker.close();
    await bus.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const start = async (...options: [Parameters<typeof workerParts>[2]?]): Promise<void> => {
    workers.push(await startTrainingWorker(workerParts(bus, folder, ...options)));
  };
  const queueIsEmpty = async (): Promise<boolean> => {
    const manager = await bus.connection.jetstreamManager();
    return (await manager.streams.info(trainStream)).state.messages === 0;
  };

  test('uploads the files of an outcome, tells it, and takes the task off the queue', async () => {
    await start();
    const taskId = await publishTask(bus, script.done);
    expect(await endsOf(bus, 1)).toMatchObject([
      { taskId, worker: 'lab', end: { kind: 'done', outcome: { kind: 'block' } } },
    ]);
    expect(await readFile(path.join(folder, 'uploads'), 'utf8')).toBe(`weights of ${taskId}\n`);
    await eventually(queueIsEmpty);
  });

  test("tells a task's own failure, and goes on with the same process", async () => {
    await start();
    await publishTask(bus, script.failed);
    await publishTask(bus, script.done);
    expect((await endsOf(bus, 2)).map(({ end }) => end.kind)).toEqual(['failed', 'done']);
    const [first, second] = await beginningsOf(folder);
    expect(first?.pid).toBe(second?.pid);
  });

  test('tries again in another process after one was killed, and tells one end', async () => {
    await start();
    const taskId = await publishTask(bus, script.crashOnce);
    expect(await endsOf(bus, 1)).toMatchObject([{ taskId, end: { kind: 'done' } }]);
    await eventually(queueIsEmpty);
    expect(new Set((await beginningsOf(folder)).map(({ pid }) => pid)).size).toBe(2);
  });

  test('gives up on a task that ended four processes, and says so', async () => {
    await start();
    await publishTask(bus, script.crashAlways);
    expect(await endsOf(bus, 1)).toMatchObject([
      { end: { kind: 'failed', reason: expect.stringMatching(/4 processes.*SIGKILL/) as string } },
    ]);
    expect(await beginningsOf(folder)).toHaveLength(4);
  });

  test('ends a process that says nothing, and tries again', async () => {
    await start({ silenceMs: 1_500 });
    await publishTask(bus, script.hang);
    expect(await endsOf(bus, 1)).toMatchObject([{ end: { kind: 'done' } }]);
  });

  test('goes on in a new process with a task that made room', async () => {
    await start();
    await publishTask(bus, script.pauseOnce);
    expect(await endsOf(bus, 1)).toMatchObject([{ end: { kind: 'done' } }]);
    const [first, second] = await beginningsOf(folder);
    expect(first?.pid).not.toBe(second?.pid);
  });

  test('says in its heartbeats what it works at', async () => {
    const heard = bus.connection.subscribe(workerSubjects, { max: 1 });
    await start();
    await publishTask(bus, script.untilReleased);
    for await (const message of heard)
      expect(decodeWorkerHeartbeat(message.data)).toMatchObject({
        ok: true,
        value: { worker: 'lab', engine: 'wasm', workingAt: ['block 7 of tiny, 50 %'] },
      });
  });

  test('refuses to start without the engine that is asked for', async () => {
    await expect(start({ engine: 'native' })).rejects.toThrow('no native here');
  });

  test('shares the queue with another worker, and each task is done once', async () => {
    await start();
    await start();
    const ids = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((seed) => publishTask(bus, script.done, seed)),
    );
    const ended = (await endsOf(bus, ids.length)).map(({ taskId }) => taskId);
    expect(ended.toSorted()).toEqual(ids.toSorted());
    expect(await beginningsOf(folder)).toHaveLength(ids.length);
  });

  test('gives its task to another when it is stopped', async () => {
    await start();
    const taskId = await publishTask(bus, script.untilReleased);
    await eventually(async () => (await beginningsOf(folder)).length === 1);
    await workers.pop()?.close();
    await writeFile(path.join(folder, 'released'), '');
    await start();
    expect(await endsOf(bus, 1)).toMatchObject([{ taskId, end: { kind: 'done' } }]);
  });

  test('leaves no process behind when it is killed, and its task is not lost', async () => {
    const program = spawnTypescript(path.join(__dirname, 'worker_process.ts'), server.url, folder);
    await once(program.stdout, 'data');
    await publishTask(bus, script.untilReleased);
    await eventually(async () => (await beginningsOf(folder)).length === 1);
    program.kill('SIGKILL');
    await once(program, 'exit');
    const [child] = await beginningsOf(folder);
    await eventually(() => Promise.resolve(!isAlive(child?.pid ?? 0)));
    expect(await queueIsEmpty()).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
