import { Kysely } from 'kysely';
import type { Ledger } from './ledger';
import { migrateToLatest } from './migrate';
import type { Schema } from './schema';
import { createSqlLedger } from './sql/sql_ledger';
import { withStatementCache } from './statement_cache';
import { openSqliteFile, TransactionalSqliteDialect } from './sqlite_file';

/**
 * Opens the ledger in an SQLite file, creating or migrating it as needed, and locks it until `close` or the process's end.
 * @throws BadInputError when the file is locked, damaged, not a ledger, newer than this program, or cannot be written.
 */
export async function openLedger(path: string): Promise<Ledger> {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({
      database: withStatementCache(await openSqliteFile(path)),
    }),
  });
  try {
    await migrateToLatest(db, path);
    return createSqlLedger(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
