import type { TrainingEnd } from '../../common/training/training_task';
import { fail, ok, type Result } from '../../common/result';
import type { Bus } from '../../platform/nats/bus';
import type { Clock } from '../../platform/time/clock';
import { retry } from '../../platform/time/retry';
import type { ArtifactUploader } from '../../proto/link/artifact_uploader';
import { trainedSubject } from '../../proto/subjects';
import type { OutboxFile } from './task_message';

/** The broker acknowledges in about a millisecond. */
const acknowledgementDeadlineMs = 1_500;
/** A coordinator or broker that is being moved is back within it; after that the task is given back, and what was trained is lost. */
const deliveryDeadlineMs = 30 * 60_000;
const backoff = { firstDelayMs: 200, largestDelayMs: 5_000 } as const;

/** What became of a task, as it travels. */
export interface TaskReport {
  readonly taskId: string;
  readonly worker: string;
  readonly end: TrainingEnd;
}

interface DeliveryParts {
  readonly bus: Bus;
  readonly uploader: Pick<ArtifactUploader, 'upload'>;
  readonly writeReport: (report: TaskReport) => Uint8Array;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
}

/**
 * Brings the end of a task to the broker, its files first: whoever reads an outcome finds what it names. Both may be done twice. The error is the reason of
 * the last try.
 */
export async function deliverEnd(
  report: TaskReport,
  stored: readonly OutboxFile[],
  parts: DeliveryParts,
): Promise<Result<void, string>> {
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(deliveryDeadlineMs)]);
  const left = new Set(stored);
  const delivered = await retry(
    { mostTries: Infinity, backoff, clock: parts.clock, signal },
    async () => {
      try {
        for (const file of left) {
          await parts.uploader.upload(file.path, file.format);
          left.delete(file);
        }
        await publish(report, parts);
        return ok(undefined);
      } catch (error) {
        return fail((error as Error).message);
      }
    },
  );
  return delivered.ok ? delivered : fail(delivered.error ?? 'stopped');
}

async function publish(report: TaskReport, { bus, writeReport }: DeliveryParts): Promise<void> {
  // Never into a lost connection: the client would keep every copy in memory until it is back.
  if (!bus.isConnected()) throw new Error('the broker is away');
  await bus.connection.jetstream().publish(trainedSubject(report.worker), writeReport(report), {
    msgID: report.taskId,
    timeout: acknowledgementDeadlineMs,
  });
}
