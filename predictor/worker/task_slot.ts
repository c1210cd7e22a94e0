import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../common/result';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';
import type { ArtifactCache } from '../../platform/artifacts/artifact_cache';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { TaskProgress } from '../task/task_context';
import { deliverEnd, type TaskReport } from './end_delivery';
import type { PerformedTask, OutboxFile } from './task_message';
import type { TaskFailure, TaskProcess } from './task_process';
import type { TakenTask, TaskSource } from './task_source';
import { artifactsOf, describeTask } from './tasks';
import type { ArtifactUploader } from '../../proto/link/artifact_uploader';
import type { Bus } from '../../platform/nats/bus';

/** A task that ended so many processes of one worker is at fault itself. */
const mostCrashes = 4;
/** Given out so often without an end, whatever became of its workers. Their orderly stops count too, so it is well above what crashes alone would be allowed. */
const mostDeliveries = 20;
/** A task that makes room so often gets nowhere: its process is too large as it begins. */
const mostPauses = 100;
/** Until another worker, or this one, tries again. */
const retryDelayMs = 1_000;
/** A full disk, and a task of a newer coordinator, do not change soon. */
const longRetryDelayMs = 30_000;
/** The broker is asked again so soon after it failed to answer. */
const brokerDelayMs = 500;

export interface SlotParts {
  readonly worker: string;
  readonly source: TaskSource;
  readonly startProcess: () => TaskProcess;
  readonly cache: Pick<ArtifactCache, 'obtain'>;
  readonly uploader: Pick<ArtifactUploader, 'upload'>;
  readonly bus: Bus;
  /** The error says what cannot be read; a newer coordinator may have kinds that this worker does not know. */
  readonly readTask: (data: Uint8Array) => Result<TrainingTask, string>;
  readonly writeReport: (report: TaskReport) => Uint8Array;
  readonly dataFolder: string;
  readonly featureCacheBytes: number;
  readonly memoryCeilingBytes: number;
  /** By task, over all slots of the worker. */
  readonly crashes: Map<string, number>;
  readonly onEnd: (task: TrainingTask, end: TrainingEnd, seconds: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One place for a task, with the process that does it. */
export class TaskSlot {
  readonly #parts: SlotParts;
  #process: TaskProcess;
  #at: { readonly what: string; progress: TaskProgress | undefined } | undefined;

  /** `process`: the first, which is warm already. */
  constructor(parts: SlotParts, process: TaskProcess) {
    this.#parts = parts;
    this.#process = process;
  }

  /** In a line; undefined while there is nothing to do. */
  get workingAt(): string | undefined {
    if (this.#at === undefined) return undefined;
    const { what, progress } = this.#at;
    return progress === undefined ? what : `${what}, ${Math.round(100 * progress.share)} %`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Takes tasks until it is stopped. */
  async work(signal: AbortSignal): Promise<void> {
    const { source, clock, logger, bus } = this.#parts;
    while (!signal.aborted) {
      try {
        const taken = bus.isConnected() ? await source.next() : undefined;
        if (taken !== undefined) await this.#handle(taken, signal);
        else if (!bus.isConnected()) await clock.sleep(brokerDelayMs, signal);
      } catch (error) {
        logger.debug({ reason: (error as Error).message }, 'no task could be taken; trying again');
        await clock.sleep(brokerDelayMs, signal);
      }
    }
  }

  /** What it is at is given to others once the broker misses it. */
  async close(): Promise<void> {
    await this.#process.end();
  }

  async #handle(taken: TakenTask, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      taken.giveBack(0);
      return;
    }
    const read = this.#parts.readTask(taken.data);
    if (!read.ok) {
      this.#parts.logger.warn(
        { taskId: taken.taskId, reason: read.error },
        'a task cannot be read and is left for other workers; is the coordinator newer?',
      );
      taken.giveBack(longRetryDelayMs);
      return;
    }
    this.#at = { what: describeTask(read.value), progress: undefined };
    try {
      await this.#bringToEnd(taken, read.value, signal);
    } finally {
      this.#at = undefined;
    }
  }

  async #bringToEnd(taken: TakenTask, task: TrainingTask, signal: AbortSignal): Promise<void> {
    const { clock, onEnd } = this.#parts;
    const startedAtMs = clock.nowMs();
    const performed = await this.#perform(taken, task, signal);
    if (!performed.ok) {
      taken.giveBack(signal.aborted ? 0 : performed.error);
      return;
    }
    const { end, stored } = performed.value;
    const delivered = await this.#deliver(taken.taskId, end, { stored, signal });
    if (!delivered) {
      taken.giveBack(retryDelayMs);
      return;
    }
    taken.finish();
    onEnd(task, end, (clock.nowMs() - startedAtMs) / 1000);
    this.#parts.crashes.delete(taken.taskId);
    await rm(this.#outboxOf(taken.taskId), { recursive: true, force: true });
    if ((this.#process.residentBytes() ?? 0) > this.#parts.memoryCeilingBytes)
      await this.#replaceProcess();
  }

  /** The end, or after how long another try is worth it. */
  async #perform(
    taken: TakenTask,
    task: TrainingTask,
    signal: AbortSignal,
  ): Promise<Result<PerformedTask, number>> {
    if (taken.deliveries > mostDeliveries)
      return failedTask(`it was given out ${mostDeliveries} times and never came to an end`);
    const files = await this.#fetch(taken, task, signal);
    if (files === undefined) return fail(longRetryDelayMs);
    for (let pauses = 0; pauses < mostPauses; pauses += 1) {
      const performed = await this.#process.perform(
        this.#orderOf(taken, task, files),
        (progress) => {
          if (this.#at !== undefined) this.#at.progress = progress;
        },
      );
      if (performed.ok) return performed;
      if (signal.aborted) return fail(0);
      await this.#replaceProcess();
      if (performed.error.kind !== 'paused')
        return this.#afterFailure(taken, performed.error, signal);
    }
    return failedTask(
      `its process held more than ${this.#parts.memoryCeilingBytes} bytes ${mostPauses} times; raise memoryCeilingMb`,
    );
  }

  async #afterFailure(
    { taskId }: TakenTask,
    { kind, message }: TaskFailure,
    signal: AbortSignal,
  ): Promise<Result<PerformedTask, number>> {
    const { crashes, logger, clock, dataFolder } = this.#parts;
    if (kind === 'disk-full') {
      logger.error(
        { taskId, reason: message },
        `no room in ${dataFolder}; others may take the task`,
      );
      await clock.sleep(longRetryDelayMs, signal);
      return fail(0);
    }
    const count = (crashes.get(taskId) ?? 0) + 1;
    crashes.set(taskId, count);
    logger.warn(
      { taskId, count, reason: message },
      'a task did not come to an end; it is tried again',
    );
    if (count < mostCrashes) return fail(retryDelayMs);
    return failedTask(
      `${mostCrashes} processes tried and none came to an end; the last: ${message}`,
    );
  }

  #orderOf(
    { taskId }: TakenTask,
    task: TrainingTask,
    files: ReadonlyMap<string, string>,
  ): Parameters<TaskProcess['perform']>[0] {
    const { dataFolder, featureCacheBytes, memoryCeilingBytes } = this.#parts;
    const outbox = this.#outboxOf(taskId);
    return { taskId, task, files, dataFolder, outbox, featureCacheBytes, memoryCeilingBytes };
  }

  async #fetch(
    { taskId }: TakenTask,
    task: TrainingTask,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const { cache, logger } = this.#parts;
    const files = new Map<string, string>();
    for (const digest of artifactsOf(task)) {
      const format = digest === task.reference.model ? 'onnx' : 'npz';
      const found = await cache.obtain({ digest, sizeBytes: null, format }, signal);
      if (!found.ok) {
        logger.warn({ taskId, reason: found.error.message }, 'a task cannot begin yet');
        return undefined;
      }
      files.set(digest, found.value);
    }
    return files;
  }

  async #deliver(
    taskId: string,
    end: TrainingEnd,
    { stored, signal }: { readonly stored: readonly OutboxFile[]; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { worker, logger } = this.#parts;
    const delivered = await deliverEnd({ taskId, worker, end }, stored, { ...this.#parts, signal });
    if (!delivered.ok)
      logger.warn({ taskId, reason: delivered.error }, 'the end of a task could not be told');
    return delivered.ok;
  }

  async #replaceProcess(): Promise<void> {
    await this.#process.end();
    this.#process = this.#parts.startProcess();
  }

  #outboxOf(taskId: string): string {
    return path.join(this.#parts.dataFolder, 'outbox', taskId);
  }
}

function failedTask(reason: string): Result<PerformedTask, number> {
  return ok({ end: { kind: 'failed', reason }, stored: [] });
}
