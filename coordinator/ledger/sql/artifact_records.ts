import type { ModelFormat } from '../../../common/artifact';
import type { ArtifactRecords } from '../artifact_records';
import type { Database } from './database';

export function createArtifactRecords({ db, writes }: Database): ArtifactRecords {
  return {
    async save({ digest, sizeBytes, format }, createdAtMs) {
      await writes.run((transaction) =>
        transaction
          .insertInto('artifacts')
          .values({ digest, size_bytes: sizeBytes, format, created_at_ms: createdAtMs })
          .onConflict((conflict) => conflict.column('digest').doNothing())
          .execute(),
      );
    },
    async find(digest) {
      const row = await db
        .selectFrom('artifacts')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return { digest, sizeBytes: row.size_bytes, format: row.format as ModelFormat };
    },
  };
}
