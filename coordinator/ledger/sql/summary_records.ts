import type { SearchTable } from '../schema';
import type { SummaryRecord, SummaryRecords } from '../summary_records';
import type { Database } from './database';

export function createSummaryRecords({ db, writes }: Database): SummaryRecords {
  const records = db
    .selectFrom('searches')
    .leftJoin('search_summaries', 'search_summaries.search_id', 'searches.search_id')
    .select((search) => [
      'searches.search_id',
      'state',
      'ran_ms',
      'version',
      'document',
      'search_summaries.last_end as summary_last_end',
      search
        .selectFrom('jobs')
        .whereRef('jobs.owner_id', '=', 'searches.search_id')
        .select(({ fn }) => fn.max('ended_sequence').as('last'))
        .as('last_end'),
    ]);
  return {
    async save(searchId, { version, json, lastEnd }) {
      const columns = { version, document: json, last_end: lastEnd };
      await writes.run((transaction) =>
        transaction
          .insertInto('search_summaries')
          .values({ search_id: searchId, ...columns })
          .onConflict((conflict) => conflict.column('search_id').doUpdateSet(columns))
          .execute(),
      );
    },
    async all() {
      const found = await records.orderBy('created_at_ms').orderBy('searches.search_id').execute();
      return found.map(fromRow);
    },
    async find(searchId) {
      const row = await records.where('searches.search_id', '=', searchId).executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },
  };
}

function fromRow(
  row: Pick<SearchTable, 'search_id' | 'state' | 'ran_ms'> & {
    readonly version: number | null;
    readonly document: string | null;
    readonly summary_last_end: number | null;
    readonly last_end: number | null;
  },
): SummaryRecord {
  const { version, document, summary_last_end: lastEnd } = row;
  return {
    searchId: row.search_id,
    state: row.state,
    ranMs: row.ran_ms,
    lastEnd: row.last_end,
    summary: version === null || document === null ? null : { version, json: document, lastEnd },
  };
}
