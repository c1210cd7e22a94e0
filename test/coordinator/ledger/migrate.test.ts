import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { openSqliteFile } from '../../../coordinator/ledger/sqlite_file';

describe('migrations', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'farm-migrate-'));
    file = path.join(directory, 'ledger.db');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const tables = async (): Promise<unknown[]> => {
    const database = await openSqliteFile(file);
    const names = database.prepare("select name from sqlite_master where type = 'table' and name not like 'kysely%' order by name").pluck().all();
    database.close();
    return names;
  };

  it('are all done or not at all: one that fails half-way leaves no table behind', async () => {
    const database = await openSqliteFile(file);
    database.exec('create table devices (anything text)');
    database.close();
    await expect(openLedger(file)).rejects.toThrow('devices');
    expect(await tables()).toEqual(['devices']);
  });

  it('change nothing when they have run before', async () => {
    await (await openLedger(file)).close();
    const before = await tables();
    await (await openLedger(file)).close();
    expect(await tables()).toEqual(before);
    expect(before).toContain('measurements');
  });
});
