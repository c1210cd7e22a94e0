import type { SearchState } from '../../search/study/request';

/** What was computed of a search, in the words of some version of this program. */
interface SummaryDocument {
  readonly version: number;
  readonly json: string;
  /** The last end of a job of the search that it speaks of; null where none had ended. */
  readonly lastEnd: number | null;
}

/** The last summary of a search, beside what tells whether it still holds. */
export interface SummaryRecord {
  readonly searchId: string;
  readonly state: SearchState;
  readonly ranMs: number;
  /** The last end of a job of the search that the ledger has. */
  readonly lastEnd: number | null;
  /** Null for a search of which none was kept. */
  readonly summary: SummaryDocument | null;
}

/** Summaries of searches that have ended, so that nobody reads their measurements to list them. */
export interface SummaryRecords {
  save(searchId: string, summary: SummaryDocument): Promise<void>;
  /** Every search, in the order of their creation. */
  all(): Promise<readonly SummaryRecord[]>;
  find(searchId: string): Promise<SummaryRecord | undefined>;
}
