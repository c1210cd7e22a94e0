import type { Transaction } from 'kysely';
import { assert } from '../../../common/assert';
import type { Schema, SearchExtensionTable, SearchTable } from '../schema';
import type { SearchExtension } from '../../../search/study/request';
import type { WallTime } from '../../../search/study/wall_time';
import type { SearchRecord, SearchRecords } from '../search_records';
import type { Database } from './database';

export function createSearchRecords({ db, writes }: Database): SearchRecords {
  return {
    async save(search) {
      await writes.run((transaction) =>
        transaction
          .insertInto('searches')
          .values(toRow(search))
          .onConflict((conflict) => conflict.column('search_id').doNothing())
          .execute(),
      );
    },
    setState: (searchId, state, wall) =>
      writes.run((transaction) => updateSearch(transaction, searchId, { state, wall })),
    async extend(searchId, extension, next) {
      await writes.run(async (transaction) => {
        await updateSearch(transaction, searchId, next);
        await transaction
          .insertInto('search_extensions')
          .values(extensionToRow(searchId, extension))
          .onConflict((conflict) => conflict.columns(['search_id', 'extension_id']).doNothing())
          .execute();
      });
    },
    async extensions(searchId) {
      const found = await db
        .selectFrom('search_extensions')
        .selectAll()
        .where('search_id', '=', searchId)
        .orderBy('extension_id')
        .execute();
      return found.map(extensionFromRow);
    },
    async all() {
      const found = await db
        .selectFrom('searches')
        .selectAll()
        .orderBy('created_at_ms')
        .orderBy('search_id')
        .execute();
      return found.map(fromRow);
    },
    async find(searchId) {
      const row = await db
        .selectFrom('searches')
        .selectAll()
        .where('search_id', '=', searchId)
        .executeTakeFirst();
      return row === undefined ? undefined : fromRow(row);
    },
  };
}

async function updateSearch(
  transaction: Transaction<Schema>,
  searchId: string,
  { state, wall }: Pick<SearchRecord, 'state' | 'wall'>,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('searches')
    .set({ state, ...wallToColumns(wall) })
    .where('search_id', '=', searchId)
    .executeTakeFirst();
  assert(numUpdatedRows === 1n, `search ${searchId} is in the ledger`);
}

function toRow(search: SearchRecord): SearchTable {
  return {
    search_id: search.searchId,
    name: search.name,
    state: search.state,
    spec_yaml: search.specYaml,
    created_at_ms: search.createdAtMs,
    ...wallToColumns(search.wall),
  };
}

function fromRow(row: SearchTable): SearchRecord {
  return {
    searchId: row.search_id,
    name: row.name,
    state: row.state,
    specYaml: row.spec_yaml,
    createdAtMs: row.created_at_ms,
    wall: { ranMs: row.ran_ms, runningSinceMs: row.running_since_ms },
  };
}

function wallToColumns({
  ranMs,
  runningSinceMs,
}: WallTime): Pick<SearchTable, 'ran_ms' | 'running_since_ms'> {
  return { ran_ms: ranMs, running_since_ms: runningSinceMs };
}

function extensionToRow(
  searchId: string,
  { extensionId, measurements, phoneMinutes, wallMinutes }: SearchExtension,
): SearchExtensionTable {
  return {
    search_id: searchId,
    extension_id: extensionId,
    measurements,
    phone_minutes: phoneMinutes,
    wall_minutes: wallMinutes,
  };
}

function extensionFromRow(row: SearchExtensionTable): SearchExtension {
  return {
    extensionId: row.extension_id,
    measurements: row.measurements,
    phoneMinutes: row.phone_minutes,
    wallMinutes: row.wall_minutes,
  };
}
