import { Migrator, type Kysely, type Migration } from 'kysely';
import { BadInputError } from '../../common/bad_input';
import { toLedgerError } from './ledger_error';
import { firstTables } from './migrations/m0001_first_tables';
import { reusedMeasurements } from './migrations/m0002_reused_measurements';
import { budgets } from './migrations/m0003_budgets';
import { violations } from './migrations/m0004_violations';
import { proposals } from './migrations/m0005_proposals';
import { confirmations } from './migrations/m0006_confirmations';
import { refusals } from './migrations/m0007_refusals';
import { leaseSecret } from './migrations/m0008_lease_secret';
import { summaries } from './migrations/m0009_summaries';
import { summaryEnds } from './migrations/m0010_summary_ends';
import { training } from './migrations/m0011_training';

/** In order; a name is for ever, since databases remember which ones they have had. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001_first_tables': firstTables,
  '0002_reused_measurements': reusedMeasurements,
  '0003_budgets': budgets,
  '0004_violations': violations,
  '0005_proposals': proposals,
  '0006_confirmations': confirmations,
  '0007_refusals': refusals,
  '0008_lease_secret': leaseSecret,
  '0009_summaries': summaries,
  '0010_summary_ends': summaryEnds,
  '0011_training': training,
};

/**
 * Brings the tables to this program's version, in one transaction. `place` names the database in errors.
 * @throws BadInputError when a newer program has changed them: it may have stored what this one would misread.
 */
export async function migrateToLatest<Tables>(db: Kysely<Tables>, place: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
  const unknown = (await appliedMigrations(db)).find((name) => !Object.hasOwn(migrations, name));
  if (unknown !== undefined) {
    throw new BadInputError(
      `ledger ${place}: written by a newer version of this program (migration ${unknown}); update the program, or give another data directory`,
    );
  }
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw toLedgerError(error);
}

const migrationTable = 'kysely_migration';

async function appliedMigrations<Tables>(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === migrationTable)) return [];
  const rows = await (db as unknown as Kysely<{ [migrationTable]: { name: string } }>)
    .selectFrom(migrationTable)
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}
