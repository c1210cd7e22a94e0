import {
  exportedModelFromWire,
  fleetFrontFromWire,
  frontListFromWire,
  type ExportedModelFacts,
  type ListedFleetFront,
  type ListedFront,
} from '../../proto/codec/front';
import { historyFromWire, type HistoryPiece } from '../../proto/codec/history';
import {
  searchFromWire,
  searchListFromWire,
  type SearchStatus,
} from '../../proto/codec/search_status';
import type { ExtendRequest } from '../../proto/generated/farm/v1/ExtendRequest';
import type { SearchServiceClient } from '../../proto/generated/farm/v1/SearchService';
import type { Caller } from './caller';

/** The searches: create, follow, steer, and read what they found. */
export interface SearchCalls {
  createSearch(specYaml: string, source: string): Promise<SearchStatus>;
  onboard(searchIds: string[], target: string, measurements: number): Promise<SearchStatus>;
  listSearches(): Promise<readonly SearchStatus[]>;
  getSearch(searchId: string): Promise<SearchStatus>;
  pauseSearch(searchId: string): Promise<SearchStatus>;
  resumeSearch(searchId: string): Promise<SearchStatus>;
  stopSearch(searchId: string): Promise<SearchStatus>;
  extendSearch(request: ExtendRequest): Promise<SearchStatus>;
  /** Of every target, or of the one named. */
  fronts(searchId: string, target?: string): Promise<readonly ListedFront[]>;
  fleetFront(searchId: string): Promise<ListedFleetFront>;
  /** `target`: of which, where targets have different files. */
  exportModel(searchId: string, architecture: string, target?: string): Promise<ExportedModelFacts>;
  history(searchId: string): AsyncIterable<HistoryPiece>;
  watchSearch(searchId: string): AsyncIterable<SearchStatus>;
}

export function createSearchCalls(search: SearchServiceClient, caller: Caller): SearchCalls {
  const steer =
    (method: 'get' | 'pause' | 'resume' | 'stop') =>
    (searchId: string): Promise<SearchStatus> =>
      caller.unary(
        (deadline, done) => search[method]({ searchId }, deadline, done),
        searchFromWire,
      );
  return {
    createSearch: (specYaml, source) =>
      caller.unary(
        (deadline, done) => search.create({ specYaml, source }, deadline, done),
        searchFromWire,
      ),
    onboard: (searchIds, target, measurements) =>
      caller.unary(
        (deadline, done) => search.onboard({ searchIds, target, measurements }, deadline, done),
        searchFromWire,
      ),
    listSearches: async () =>
      (await caller.unary((deadline, done) => search.list({}, deadline, done), searchListFromWire))
        .searches,
    getSearch: steer('get'),
    pauseSearch: steer('pause'),
    resumeSearch: steer('resume'),
    stopSearch: steer('stop'),
    extendSearch: (request) =>
      caller.unary((deadline, done) => search.extend(request, deadline, done), searchFromWire),
    fronts: async (searchId, target) =>
      (
        await caller.unary(
          (deadline, done) =>
            search.front({ searchId, ...(target === undefined ? {} : { target }) }, deadline, done),
          frontListFromWire,
        )
      ).fronts,
    fleetFront: (searchId) =>
      caller.unary(
        (deadline, done) => search.fleetFront({ searchId }, deadline, done),
        fleetFrontFromWire,
      ),
    exportModel: (searchId, architecture, target) =>
      caller.unary(
        (deadline, done) =>
          search.export(
            { searchId, architecture, ...(target === undefined ? {} : { target }) },
            deadline,
            done,
          ),
        exportedModelFromWire,
      ),
    history: (searchId) => caller.stream(search.history({ searchId }), historyFromWire),
    watchSearch: (searchId) => caller.stream(search.watch({ searchId }), searchFromWire),
  };
}
