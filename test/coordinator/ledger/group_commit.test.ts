import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { GroupCommit } from '../../../coordinator/ledger/group_commit';
import { loadSqliteDriver } from '../../../coordinator/ledger/sqlite_driver';

interface Schema {
  readonly notes: { readonly text: string };
}

describe('writes that come together', () => {
  let folder: string;
  let db: Kysely<Schema>;
  let commits: number;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'group-'));
    const Database = await loadSqliteDriver();
    const database = new Database(path.join(folder, 'notes.sqlite'));
    database.exec('create table notes (text text primary key)');
    commits = 0;
    db = new Kysely<Schema>({
      dialect: new SqliteDialect({ database }),
      log: (event) => void (commits += event.query.sql === 'commit' ? 1 : 0),
    });
  });
  afterEach(async () => {
    await db.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (group: GroupCommit<Schema>, text: string): Promise<string> =>
    group.run(async (transaction) => {
      await transaction.insertInto('notes').values({ text }).execute();
      return text;
    });
  const written = async (): Promise<string[]> =>
    (await db.selectFrom('notes').select('text').execute()).map((row) => row.text).sort();

  it('share one commit, and each is answered with its own value', async () => {
    const group = new GroupCommit(db);
    expect(await Promise.all(['a', 'b', 'c'].map((text) => write(group, text)))).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(commits).toBe(1);
    expect(await written()).toEqual(['a', 'b', 'c']);
  });

  it('do not suffer from one that cannot be written, which hears its own reason', async () => {
    const group = new GroupCommit(db);
    await write(group, 'taken');
    const answers = await Promise.allSettled(['a', 'taken', 'b'].map((text) => write(group, text)));
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({
      reason: { name: 'LedgerError', message: expect.stringContaining('UNIQUE') as unknown },
    });
    expect(await written()).toEqual(['a', 'b', 'taken']);
  });

  it('are never overlooked, however closely one follows the answer to another', async () => {
    const group = new GroupCommit(db);
    for (let index = 0; index < 200; index += 1) await write(group, String(index));
    expect(await written()).toHaveLength(200);
  });
});
