import type { Kysely, Transaction } from 'kysely';
import type { ConfirmationRecord } from './ledger';
import * as rows from './rows';
import type { Schema } from './schema';

/** One that is there already changes nothing; another one in its place fails. */
export async function insertConfirmation(
  transaction: Transaction<Schema>,
  confirmation: ConfirmationRecord,
): Promise<void> {
  await transaction
    .insertInto('confirmations')
    .values(rows.confirmationToRow(confirmation))
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
}

export async function selectConfirmations(
  db: Kysely<Schema>,
  searchId: string,
): Promise<readonly ConfirmationRecord[]> {
  const found = await db
    .selectFrom('confirmations')
    .selectAll()
    .where('search_id', '=', searchId)
    .orderBy('target')
    .orderBy('sequence')
    .execute();
  return found.map(rows.confirmationFromRow);
}
