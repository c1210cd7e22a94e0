import type { Kysely } from 'kysely';
import type { GroupCommit } from '../group_commit';
import type { Schema } from '../schema';

/** What every port is made of: a database to read from, and its one way to write. */
export interface Database {
  readonly db: Kysely<Schema>;
  readonly writes: GroupCommit<Schema>;
}
