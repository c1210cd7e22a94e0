import { canonicalJson, referenceDigest } from '../../../proto/codec/training/content_digest';
import { referenceSchema } from '../../../proto/codec/training/reference';
import type { ReferenceRecords } from '../reference_records';
import type { Database } from './database';
import { readDocument } from './document';

export function createReferenceRecords({ db, writes }: Database): ReferenceRecords {
  return {
    async save(reference) {
      const digest = referenceDigest(reference);
      return writes.run(async (transaction) => {
        await transaction
          .insertInto('training_references')
          .values({ name: reference.name, digest, document: canonicalJson(reference) })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const kept = await transaction
          .selectFrom('training_references')
          .select('digest')
          .where('name', '=', reference.name)
          .executeTakeFirstOrThrow();
        return kept.digest === digest;
      });
    },
    async find(name) {
      const row = await db
        .selectFrom('training_references')
        .select('document')
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },
    async all() {
      const rows = await db
        .selectFrom('training_references')
        .select('document')
        .orderBy('name')
        .execute();
      return rows.map(read);
    },
  };
}

const read = ({ document }: { readonly document: string }) =>
  readDocument(referenceSchema, document, 'reference');
