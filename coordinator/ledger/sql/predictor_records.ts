import type { Kysely } from 'kysely';
import type { PredictorRecords } from '../predictor_records';
import type { Schema } from '../schema';
import type { Database } from './database';

export function createPredictorRecords({ db, writes }: Database): PredictorRecords {
  return {
    async save(referenceDigest, json) {
      return writes.run(async (transaction) => {
        const last = await newest(transaction, referenceDigest);
        if (last?.document === json) return last.version;
        const version = (last?.version ?? 0) + 1;
        await transaction
          .insertInto('predictors')
          .values({ reference_digest: referenceDigest, version, document: json })
          .execute();
        return version;
      });
    },
    async newest(referenceDigest) {
      const row = await newest(db, referenceDigest);
      return row === undefined ? undefined : { version: row.version, json: row.document };
    },
  };
}

function newest(
  db: Kysely<Schema>,
  referenceDigest: string,
): Promise<{ readonly version: number; readonly document: string } | undefined> {
  return db
    .selectFrom('predictors')
    .select(['version', 'document'])
    .where('reference_digest', '=', referenceDigest)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
}
