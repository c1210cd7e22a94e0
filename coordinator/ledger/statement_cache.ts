import type Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** The ledger knows some thirty statements; those with lists come in as many lengths as there are batch sizes. */
const mostStatements = 500;

/** Preparing a statement costs more than running it, and Kysely prepares at each call. Keeps the most recently used. */
export function withStatementCache(database: Database.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    prepare: (sql) => {
      const known = statements.get(sql);
      const statement = known ?? database.prepare(sql);
      statements.delete(sql);
      statements.set(sql, statement);
      const [oldest] = statements.keys();
      if (statements.size > mostStatements && oldest !== undefined) statements.delete(oldest);
      return statement;
    },
    close: () => void database.close(),
  };
}
