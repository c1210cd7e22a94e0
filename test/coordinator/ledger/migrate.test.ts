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
    const names = database
      .prepare(
        "select name from sqlite_master where type = 'table' and name not like 'kysely%' order by name",
      )
      .pluck()
      .all();
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

  it('read the faults of before their facts were kept', async () => {
    const ledger = await openLedger(file);
    await ledger.artifacts.save({ digest: 'd'.repeat(64), sizeBytes: 1, format: 'onnx' }, 1);
    await ledger.close();
    const database = await openSqliteFile(file);
    database.exec(`insert into jobs (job_id, owner_id, target, artifact_digest, artifact_size_bytes, artifact_format, plan, priority, weight, state, fault_code, fault_message, ended_sequence)
      values ('old', 'o', 'sm8550/tflite/npu/int8', '${'d'.repeat(64)}', 1, 'tflite', '{"sessions":3,"runs":50,"warmupRuns":5,"threads":1,"sessionDeadlineMs":60000}', 0, 1, 'infeasible', 'crashed', 'twice', 1)`);
    database.close();
    const again = await openLedger(file);
    expect((await again.jobs.find({})).map(({ state }) => state)).toEqual([
      {
        kind: 'infeasible',
        refusedBy: { kind: 'runtime' },
        fault: { kind: 'candidate-fault', code: 'crashed', message: 'twice', refusal: null },
      },
    ]);
    await again.close();
  });

  it('change nothing when they have run before', async () => {
    await (await openLedger(file)).close();
    const before = await tables();
    await (await openLedger(file)).close();
    expect(await tables()).toEqual(before);
    expect(before).toContain('measurements');
  });
});
