import type { SearchExtension, SearchState } from '../../search/study/request';
import type { WallTime } from '../../search/study/wall_time';

export interface SearchRecord {
  readonly searchId: string;
  readonly name: string;
  readonly state: SearchState;
  /** The YAML text as the user gave it: the search is rebuilt from it after a restart. */
  readonly specYaml: string;
  readonly createdAtMs: number;
  readonly wall: WallTime;
}

/** What was asked of each search, and how far it is allowed to go. */
export interface SearchRecords {
  save(search: SearchRecord): Promise<void>;
  setState(searchId: string, state: SearchState, wall: WallTime): Promise<void>;
  /** In one write with the state that the search has from then on, so that a finished one cannot be left with a budget that nobody spends. */
  extend(
    searchId: string,
    extension: SearchExtension,
    next: Pick<SearchRecord, 'state' | 'wall'>,
  ): Promise<void>;
  extensions(searchId: string): Promise<readonly SearchExtension[]>;
  /** In the order of their creation. */
  all(): Promise<readonly SearchRecord[]>;
  find(searchId: string): Promise<SearchRecord | undefined>;
}
