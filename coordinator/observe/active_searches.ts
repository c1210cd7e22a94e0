import type { SearchView } from '../searches/search_view';

/** The last view of each search that is not over, so that a scrape costs no look into the ledger. */
export interface ActiveSearches {
  heard(view: SearchView): void;
  all(): readonly SearchView[];
}

export function createActiveSearches(): ActiveSearches {
  const byId = new Map<string, SearchView>();
  return {
    heard: (view) => {
      if (view.state === 'running' || view.state === 'paused') byId.set(view.searchId, view);
      else byId.delete(view.searchId);
    },
    all: () => [...byId.values()],
  };
}
