import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactDigest } from '../../common/artifact';
import { assert } from '../../common/assert';
import { oneLine } from '../../common/one_line';
import { systemErrorCode } from '../../platform/files/system_error';
import { listenToParent } from '../../platform/processes/listen_to_parent';
import type { TrainingEngine } from '../engine/engine';
import {
  TaskPaused,
  type StoredFormat,
  type TaskContext,
  type TaskPerformers,
} from '../task/task_context';
import type {
  EngineWish,
  OutboxFile,
  TaskInterruption,
  TaskOrder,
  TaskReply,
  TaskRequest,
} from './task_message';
import { performTask } from './tasks';

/** Often enough for whoever watches; each message costs a training step some of its time. */
const progressIntervalMs = 500;
/** Training may block the process for so long before it hears that its parent is gone. */
const breathIntervalMs = 200;
const longestMessage = 500;

interface TaskService {
  readonly openEngine: (wish: EngineWish) => Promise<TrainingEngine>;
  readonly performers: TaskPerformers;
}

/** The child's side of a `TaskProcess`, called once by its module. */
export function serveTasks({ openEngine, performers }: TaskService): void {
  let engine: TrainingEngine | undefined;
  const answer = async (request: TaskRequest): Promise<TaskReply> => {
    if (request.kind === 'open') {
      try {
        engine = await openEngine(request.wish);
        return { kind: 'opened', engine: { kind: engine.kind, reason: engine.reason } };
      } catch (error) {
        return { kind: 'unusable', reason: lineOf(error) };
      }
    }
    assert(engine !== undefined, 'the engine is opened before the first task');
    return perform(request.order, { engine, performers, send: (reply) => send(reply) });
  };
  const send = listenToParent((request) => {
    void answer(request as TaskRequest).then(send);
  });
}

interface Performance {
  readonly engine: TrainingEngine;
  readonly performers: TaskPerformers;
  readonly send: (reply: TaskReply) => void;
}

async function perform(
  order: TaskOrder,
  { engine, performers, send }: Performance,
): Promise<TaskReply> {
  const stored: OutboxFile[] = [];
  try {
    const context = contextOf(order, { engine, send, stored });
    const end = await performTask(order.task, context, performers);
    return { kind: 'performed', performed: { end, stored } };
  } catch (error) {
    return { kind: 'interrupted', interruption: interruptionOf(error) };
  }
}

function interruptionOf(error: unknown): TaskInterruption {
  if (error instanceof TaskPaused) return { kind: 'paused', message: error.message };
  if (systemErrorCode(error) === 'ENOSPC') return { kind: 'disk-full', message: lineOf(error) };
  return { kind: 'broken', message: lineOf(error) };
}

function lineOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error), longestMessage);
}

function contextOf(
  order: TaskOrder,
  {
    engine,
    send,
    stored,
  }: Pick<Performance, 'engine' | 'send'> & { readonly stored: OutboxFile[] },
): TaskContext {
  let toldAtMs = -Infinity;
  let breathedAtMs = performance.now();
  return {
    taskId: order.taskId,
    engine,
    dataFolder: order.dataFolder,
    featureCacheBytes: order.featureCacheBytes,
    obtain: (digest) => {
      const file = order.files.get(digest);
      if (file === undefined) throw new Error(`artifact ${digest} is not one of the task's`);
      return file;
    },
    store: async (bytes, format) => {
      const file = await storeIn(order.outbox, bytes, format);
      stored.push(file);
      return file.digest;
    },
    progress: (progress) => {
      if (performance.now() - toldAtMs < progressIntervalMs) return;
      toldAtMs = performance.now();
      send({ kind: 'progress', progress });
    },
    breathe: async () => {
      if (performance.now() - breathedAtMs < breathIntervalMs) return;
      await nextTurn();
      breathedAtMs = performance.now();
    },
    shouldPause: () => process.memoryUsage.rss() > order.memoryCeilingBytes,
  };
}

/** Under its digest, which nothing else has: a process that dies halfway leaves nothing that counts. */
async function storeIn(
  folder: string,
  bytes: Uint8Array,
  format: StoredFormat,
): Promise<OutboxFile> {
  const digest: ArtifactDigest = createHash('sha256').update(bytes).digest('hex');
  await mkdir(folder, { recursive: true });
  const filePath = path.join(folder, `${digest}.${format}`);
  const partial = await open(`${filePath}.part`, 'w');
  try {
    await partial.writeFile(bytes);
    await partial.sync();
  } finally {
    await partial.close();
  }
  await rename(`${filePath}.part`, filePath);
  return { digest, path: filePath, format };
}
