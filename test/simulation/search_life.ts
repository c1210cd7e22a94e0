import { isDeepStrictEqual } from 'node:util';
import type { CoordinatorModel } from './coordinator_model';
import { chaosEndsAtMs, type Profile } from './profile';
import type { Referee } from './referee';
import { outcomeOf, type SearchModel } from './search_model';
import type { World } from './world';

interface Surroundings {
  readonly coordinator: CoordinatorModel;
  readonly profile: () => Profile;
}

/** What people do with a search: they create it, pause and resume it, want more of it, and now and then stop it. */
export function planSearch(
  world: World,
  search: SearchModel,
  { coordinator, profile }: Surroundings,
): void {
  const create = (): void => {
    search.isCreated = true;
    coordinator.takeUp(search);
  };
  world.after(world.between(0, 30_000), create);
  const ask = (...requests: Parameters<SearchModel['request']>): void =>
    void coordinator.guarded(() => search.request(...requests));
  if (world.chance(0.4)) {
    const extension = { extensionId: 'more', measurements: 2, phoneMinutes: 0, wallMinutes: 0 };
    // Asked again until it is there, as a client does that got no answer.
    const extend = (): void => {
      if (search.isOver || search.ledger.extensions.length > 0) return;
      ask({ kind: 'extend', extension });
      world.after(2_000, extend);
    };
    world.after(world.between(20_000, 80_000), extend);
  }
  if (profile().name === 'chaos' && world.chance(0.1))
    world.after(world.between(20_000, 100_000), () => ask({ kind: 'stop' }));
  if (world.chance(0.4))
    world.after(world.between(5_000, 60_000), () => ask({ kind: 'pause', problem: null }));
  world.every(7_000, () => {
    if (world.chance(0.3) || world.nowMs > chaosEndsAtMs) ask({ kind: 'resume' });
  });
}

/** Whatever happened to the coordinator, the search is what it would have been with the same results. */
export function requireUndisturbed(referee: Referee, search: SearchModel): void {
  if (search.ledger.state === 'stopped') return;
  const [found, expected] = [outcomeOf(search.remembered()), outcomeOf(search.undisturbed())];
  referee.require(
    isDeepStrictEqual(found, expected),
    `${search.searchId} found ${JSON.stringify(found)}, and undisturbed ${JSON.stringify(expected)}`,
  );
}
