import { systemClock } from '../../platform/time/clock';
import type { FarmClient } from '../link/farm_client';
import { formatFronts } from '../output/front';
import { jsonOr, type JsonOption } from '../output/json_or';
import { createLoggedWatcher, createRedrawnWatcher } from '../output/search_watcher';
import { isWideTable, processScreen, type Terminal } from '../output/terminal';

/** Follows a search to its end on standard error, then prints its fronts on standard output. */
export async function watchAndReport(
  farm: FarmClient,
  searchId: string,
  options: JsonOption,
  terminal: Terminal,
): Promise<void> {
  const watcher = terminal.interactive
    ? createRedrawnWatcher(processScreen)
    : createLoggedWatcher(terminal.note, () => systemClock.nowMs());
  try {
    for await (const state of farm.watchSearch(searchId)) watcher.show(state);
  } finally {
    watcher.finish();
  }
  const [last, fronts] = await Promise.all([farm.getSearch(searchId), farm.fronts(searchId)]);
  terminal.note(`search ${searchId} ${last.state}`);
  terminal.print(
    jsonOr(options, fronts, () => formatFronts(fronts, { isWide: isWideTable({}, terminal) })),
  );
}
