import { FarmError } from '../../common/farm_error';
import type { StudySettings } from '../../search/study/settings';

/** @throws FarmError for a target that the search does not have */
export function requireTarget(
  { searchId, spec }: Pick<StudySettings, 'searchId' | 'spec'>,
  target: string,
): void {
  const names = spec.targets.map(({ name }) => name);
  if (!names.includes(target))
    throw new FarmError(
      'not-found',
      `search ${searchId} has no target ${target}; its targets are ${names.join(', ')}`,
    );
}
