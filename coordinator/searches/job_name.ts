import { createHash } from 'node:crypto';
import type { JobKey } from '../../search/study/settings';

/** Names a search's jobs: the same in every life of the coordinator. */
export function createJobNames(searchId: string): (key: JobKey) => string {
  return ({ target, architecture, round }) => {
    const key = JSON.stringify([
      searchId,
      target,
      architecture,
      ...(round === null ? [] : [round]),
    ]);
    return `${searchId}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  };
}
