import { link, rm, stat } from 'node:fs/promises';
import type Database from 'better-sqlite3';
import {
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDialectConfig,
} from 'kysely';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';
import { loadSqliteDriver } from './sqlite_driver';

/** Marks the file as a ledger, so that no other program's database is taken for one: "FARM" in ASCII. */
const ledgerApplicationId = 0x4641524d;

/** SQLite runs DDL in transactions (https://www.sqlite.org/lang_transaction.html), which Kysely's adapter does not use: a kill would leave half a migration. */
export class TransactionalSqliteDialect extends SqliteDialect {
  constructor(private readonly config: SqliteDialectConfig) {
    super(config);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }

  override createDriver(): Driver {
    return new SelfRollingSqliteDriver(this.config);
  }
}

/** A full disk rolls a transaction back by itself; to roll it back again would fail and hide why. https://www.sqlite.org/lang_transaction.html */
class SelfRollingSqliteDriver extends SqliteDriver {
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error as Error).message.includes('no transaction is active')) throw error;
    }
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens or creates the file and locks it for this process. @throws BadInputError when that cannot be. */
export async function openSqliteFile(path: string): Promise<Database.Database> {
  const Driver = await loadSqliteDriver();
  let database: Database.Database | undefined;
  try {
    await requireOrCreateFile(path, Driver);
    // No wait for a lock: it is held for the life of another coordinator.
    database = new Driver(path, { timeout: 0 });
    // One coordinator per ledger. The lock is the kernel's: it ends with the process, however that ends.
    database.pragma('locking_mode = EXCLUSIVE');
    requireLedger(database, path);
    configure(database);
    return database;
  } catch (error) {
    database?.close();
    throw explain(error, path);
  }
}

/**
 * A ledger gets its name when it is one: made under another, then renamed. So a file without content is one that was lost,
 * and never a start that was killed; SQLite itself would take it for a new database.
 */
async function requireOrCreateFile(path: string, Driver: typeof Database): Promise<void> {
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === 0)
    throw new BadInputError(
      `ledger ${path}: an empty file, which this program never leaves; ${restoreRemedy}`,
    );
  if (sizeBytes !== undefined) return;
  // The log holds what was committed last. https://www.sqlite.org/wal.html
  if (((await sizeOf(`${path}-wal`)) ?? 0) > 0)
    throw new BadInputError(
      `ledger ${path}: is gone, but its log ${path}-wal is there; ${restoreRemedy}, log included`,
    );
  const fresh = `${path}.${String(process.pid)}.new`;
  try {
    await rm(fresh, { force: true });
    const database = new Driver(fresh);
    database.pragma('synchronous = FULL');
    database.pragma(`application_id = ${String(ledgerApplicationId)}`);
    database.close();
    // Of two that start at once the other's stands, and its lock.
    await link(fresh, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile())
      throw new BadInputError(
        `ledger ${path}: cannot be opened: it is no file; move it away, or give another data directory`,
      );
    return found.size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function configure(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  // A result is acknowledged to the broker after its commit and is nowhere else from then on, so the commit must also
  // survive a power cut. NORMAL would sync the log only at checkpoints and survive no more than a killed process.
  // One sync per batch, not per result. https://www.sqlite.org/pragma.html#pragma_synchronous
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
}

function requireLedger(database: Database.Database, path: string): void {
  const id = database.pragma('application_id', { simple: true });
  if (id !== ledgerApplicationId) {
    throw new BadInputError(
      `ledger ${path}: a database of another program; give a path of its own to the ledger`,
    );
  }
  const verdict = database.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok')
    throw new BadInputError(
      `ledger ${path}: damaged (${String(verdict).split('\n').at(-1) ?? ''}); ${restoreRemedy}`,
    );
}

const restoreRemedy = 'restore it from a backup, or move it away to start an empty one';

function explain(error: unknown, path: string): unknown {
  if (error instanceof BadInputError) return error;
  // Told by its code, not its class: the addon makes the class once per process.
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_BUSY')) {
    return new BadInputError(
      `ledger ${path}: in use by another coordinator; stop that one, or give another data directory`,
    );
  }
  if (code === 'SQLITE_NOTADB')
    return new BadInputError(`ledger ${path}: not a database; ${restoreRemedy}`);
  if (code.startsWith('SQLITE_CORRUPT'))
    return new BadInputError(`ledger ${path}: damaged; ${restoreRemedy}`);
  if (code !== '' || error instanceof TypeError) {
    return new BadInputError(
      `ledger ${path}: cannot be opened (${(error as Error).message}); expected a writable path in an existing directory`,
    );
  }
  return error;
}
