import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { Logger } from '../../platform/logger';
import type { SummaryRecord, SummaryRecords } from '../ledger/summary_records';
import type { SearchView } from '../searches/search_view';
import { hasEnded, readSummary, summaryVersion } from './search_summary';

export type SearchListener = (summary: SearchView) => void;

interface SearchSummariesParts {
  readonly records: SummaryRecords;
  /** Computes the summary of a search from all that the ledger has of it, and keeps nothing of that. @throws BadInputError for a search that this version cannot read */
  readonly summarize: (searchId: string) => Promise<SearchView>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** The ledger cannot be written: the program must end. */
  readonly onFailure: (error: Error) => void;
}

/**
 * What is read of searches, apart from what runs them: values of those that are under way, which say each change of
 * theirs, and rows of the ledger of those that have ended. A row is written after the search's end is committed, and says
 * up to which end of a job it speaks. Where a process died in between, or a job ended after its search was stopped, the
 * row does not fit what the ledger has, and is computed once from the measurements.
 */
export class SearchSummaries {
  readonly #parts: SearchSummariesParts;
  /** Of searches under way, and of those whose row is being written. */
  readonly #current = new Map<string, SearchView>();
  readonly #computing = new Map<string, Promise<SearchView | undefined>>();
  readonly #listeners = new Set<SearchListener>();
  /** One after the other: the last that is said of a search is the one that stays. */
  #saved: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SearchSummariesParts) {
    this.#parts = parts;
  }

  /** To be called with each change of a search, when the ledger has it. */
  heard(summary: SearchView): void {
    this.#current.set(summary.searchId, summary);
    if (hasEnded(summary)) this.#saved = this.#saved.then(() => this.#save(summary));
    for (const listener of this.#listeners) listener(summary);
  }

  /** Called with each change; the returned function ends that. The listener must not throw. */
  watch(listener: SearchListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Of the searches that are under way; costs no look into the ledger. */
  underWay(): readonly SearchView[] {
    return [...this.#current.values()].filter((summary) => !hasEnded(summary));
  }

  /** Oldest first; those that this version cannot read are left out. */
  async list(): Promise<readonly SearchView[]> {
    const summaries: SearchView[] = [];
    for (const record of await this.#parts.records.all()) {
      const summary = await this.#of(record);
      if (summary !== undefined) summaries.push(summary);
    }
    return summaries;
  }

  /** @throws FarmError for a search that there is not, or that this version cannot read */
  async get(searchId: string): Promise<SearchView> {
    const current = this.#current.get(searchId);
    if (current !== undefined) return current;
    const record = await this.#parts.records.find(searchId);
    if (record === undefined) throw unknownSearch(searchId);
    return (await this.#of(record)) ?? this.#parts.summarize(searchId);
  }

  /** Computes what is missing, one after the other, so that the first who asks need not wait for it. Returns how many. */
  async complete(): Promise<number> {
    let computed = 0;
    for (const record of await this.#parts.records.all()) {
      if (this.#isClosed) break;
      if (this.#current.has(record.searchId) || readSummary(record).ok) continue;
      if ((await this.#of(record)) !== undefined) computed += 1;
    }
    return computed;
  }

  /** Before the ledger is closed. Resolves when all that was heard is kept. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settled();
  }

  /** Resolves when all that was heard so far is kept, and nothing is being computed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#computing.values());
    await this.#saved;
  }

  async #of(record: SummaryRecord): Promise<SearchView | undefined> {
    const current = this.#current.get(record.searchId);
    if (current !== undefined) return current;
    const read = readSummary(record);
    return read.ok ? read.value : this.#compute(record.searchId, read.error);
  }

  /** Once for all who ask meanwhile. */
  #compute(searchId: string, why: string): Promise<SearchView | undefined> {
    const known = this.#computing.get(searchId);
    if (known !== undefined) return known;
    const computing = this.#computeAndKeep(searchId, why).finally(() =>
      this.#computing.delete(searchId),
    );
    this.#computing.set(searchId, computing);
    return computing;
  }

  async #computeAndKeep(searchId: string, why: string): Promise<SearchView | undefined> {
    try {
      // Asked before: what ends meanwhile makes the summary one of the past.
      const lastEnd = (await this.#parts.records.find(searchId))?.lastEnd ?? null;
      const summary = await this.#parts.summarize(searchId);
      this.#parts.logger.info({ searchId, why }, 'the summary of a search was computed anew');
      // One that was resumed meanwhile speaks for itself.
      if (hasEnded(summary) && !this.#current.has(searchId)) await this.#keep(summary, lastEnd);
      return this.#current.get(searchId) ?? summary;
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      this.#parts.logger.error(
        { searchId, problem: error.message },
        'a search cannot be summarized',
      );
      return undefined;
    }
  }

  async #save(summary: SearchView): Promise<void> {
    try {
      await this.#saveEnded(summary);
      if (this.#current.get(summary.searchId) === summary) this.#current.delete(summary.searchId);
    } catch (error) {
      this.#parts.onFailure(error as Error);
    }
  }

  /** A stopped search has not heard of the jobs that ended just then, so the ledger is asked. */
  async #saveEnded(summary: SearchView): Promise<void> {
    const { searchId, state } = summary;
    const lastEnd = (await this.#parts.records.find(searchId))?.lastEnd ?? null;
    const last = state === 'stopped' ? await this.#parts.summarize(searchId) : summary;
    if (hasEnded(last)) await this.#keep(last, lastEnd);
  }

  #keep(summary: SearchView, lastEnd: number | null): Promise<void> {
    return this.#parts.records.save(summary.searchId, {
      version: summaryVersion,
      json: JSON.stringify(summary),
      lastEnd,
    });
  }
}

function unknownSearch(searchId: string): FarmError {
  return new FarmError('not-found', `there is no search "${searchId}" (see: farm search list)`);
}
