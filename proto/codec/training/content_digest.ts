import { createHash } from 'node:crypto';
import type { Reference } from '../../../common/training/reference';
import type { TrainingTask } from '../../../common/training/training_task';

/** JSON in which equal content is equal text: the keys of each object in the order of their code units, no white space. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
        )
      : inner,
  );
}

/** SHA-256 of the content, in lower-case hexadecimal digits. */
export function contentDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

export function taskId(task: TrainingTask): string {
  return contentDigest(task);
}

export function referenceDigest(reference: Reference): string {
  return contentDigest(reference);
}
