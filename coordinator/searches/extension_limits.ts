import { BadInputError } from '../../common/bad_input';
import type { SearchExtension } from '../ledger/search_records';
import type { Budget } from '../../search/budget';

/** @throws BadInputError for an extension of what a target has no limit on */
export function requireLimits(
  extension: SearchExtension,
  targets: readonly { readonly name: string; readonly budget: Budget }[],
  searchId: string,
): void {
  for (const limit of ['measurements', 'phoneMinutes', 'wallMinutes'] as const) {
    const without = targets.find(({ budget }) => budget[limit] === undefined);
    if (extension[limit] === 0 || without === undefined) continue;
    const has = Object.entries(without.budget).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    throw new BadInputError(
      `search ${searchId} has no limit on ${limit} of ${without.name} that could be extended; it has ${has.join(' and ')}`,
    );
  }
}
