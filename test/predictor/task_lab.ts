import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TrainingEngine } from '../../predictor/engine/engine';
import { MaterialShelf, type Material } from '../../predictor/material/material';
import type { TaskContext } from '../../predictor/task/task_context';
import type { TinyReference } from './tiny_reference';

/** What a worker's process gives a task, with its files in a folder of the test. */
export interface TaskLab {
  readonly context: TaskContext;
  readonly material: Material;
  /** The bytes of each digest that was stored. */
  readonly stored: ReadonlyMap<string, Uint8Array>;
  close(): Promise<void>;
}

export async function openTaskLab(
  engine: TrainingEngine,
  { bytes, reference }: TinyReference,
  options: Partial<Pick<TaskContext, 'featureCacheBytes' | 'progress'>> = {},
): Promise<TaskLab> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-task-'));
  const stored = new Map<string, Uint8Array>();
  const keep = async (content: Uint8Array): Promise<string> => {
    const digest = createHash('sha256').update(content).digest('hex');
    await writeFile(path.join(folder, digest), content);
    return digest;
  };
  await keep(bytes);
  const context: TaskContext = {
    taskId: 'a'.repeat(64),
    engine,
    dataFolder: folder,
    featureCacheBytes: 1e9,
    obtain: (digest) => path.join(folder, digest),
    store: async (content) => {
      const digest = await keep(content);
      stored.set(digest, content);
      return digest;
    },
    progress: () => undefined,
    breathe: () => Promise.resolve(),
    shouldPause: () => false,
    ...options,
  };
  return {
    context,
    material: await new MaterialShelf().of(reference, context),
    stored,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
