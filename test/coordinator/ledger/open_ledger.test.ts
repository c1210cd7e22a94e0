import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { openSqliteFile } from '../../../coordinator/ledger/sqlite_file';
import { ledgerContract } from '../../contract/ledger/ledger_contract';
import { aJob, aMeasuredEnd, anAttempt, aSearch } from '../../contract/ledger/ledger_samples';
import { spawnTypescript } from '../../process/typescript_process';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'farm-ledger-'));
  file = path.join(directory, 'ledger.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a ledger in an SQLite file', () => {
  ledgerContract(() =>
    Promise.resolve({ open: () => openLedger(file), remove: () => Promise.resolve() }),
  );
});

describe('opening a ledger', () => {
  const refusal = async (): Promise<string> => {
    const opened = await openLedger(file).catch((error: unknown) => error);
    expect(opened).toBeInstanceOf(BadInputError);
    expect((opened as Error).message).toContain(file);
    expect((opened as Error).message).not.toContain('\n');
    return (opened as Error).message;
  };
  const fill = async (ledger: Ledger, jobs: number): Promise<void> => {
    const jobIds = Array.from({ length: jobs }, (_, index) => `j${String(index)}`);
    for (const jobId of jobIds) await ledger.jobs.save(aJob(jobId));
    await ledger.jobs.commit(
      jobIds.flatMap((jobId) => [anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]),
    );
  };

  it('is refused while another coordinator has it, and works once that one has ended', async () => {
    const child = spawnTypescript(path.join(__dirname, 'committing_process.ts'), file, '1');
    await once(child.stdout, 'data');
    expect(await refusal()).toContain('in use by another coordinator');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await openLedger(file)).close();
  });

  it('is refused to a second opening in the same process', async () => {
    const ledger = await openLedger(file);
    expect(await refusal()).toContain('in use by another coordinator');
    await ledger.searches.save(aSearch);
    await ledger.close();
  });

  it('is refused for a file that is no database', async () => {
    writeFileSync(
      file,
      'these are not the bytes of a database, however long they go on and on '.repeat(100),
    );
    expect(await refusal()).toContain('not a database');
  });

  it('is refused for a database that was cut off', async () => {
    const ledger = await openLedger(file);
    await fill(ledger, 100);
    await ledger.close();
    truncateSync(file, 64 * 1024);
    expect(await refusal()).toContain('damaged');
  });

  it('is refused for the database of another program, and leaves it alone', async () => {
    const other = await openSqliteFile(file);
    other.exec('create table bookmarks (url text); pragma application_id = 0');
    other.close();
    expect(await refusal()).toContain('another program');
  });

  it('is refused for a database that a newer version has changed', async () => {
    await (await openLedger(file)).close();
    const database = await openSqliteFile(file);
    database
      .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
      .run('9999_from_the_future', '2030-01-01');
    database.close();
    expect(await refusal()).toContain('9999_from_the_future');
  });

  it('is refused for a file that lost all its content, and for a log without its ledger', async () => {
    writeFileSync(file, '');
    expect(await refusal()).toMatch(/an empty file, .*restore it from a backup/);
    rmSync(file);
    writeFileSync(`${file}-wal`, 'committed');
    expect(await refusal()).toMatch(
      /is gone, but its log .*-wal is there; restore it from a backup/,
    );
    rmSync(`${file}-wal`);
    await (await openLedger(file)).close();
    expect(readdirSync(directory)).toEqual(['ledger.db']);
  });

  it('is given to one of several that start at once in an empty folder', async () => {
    const opened = await Promise.allSettled(Array.from({ length: 5 }, () => openLedger(file)));
    const open = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(open).toHaveLength(1);
    for (const ledger of open) await ledger.close();
  });

  it('is refused where no file can be', async () => {
    file = path.join(directory, 'no', 'such', 'directory', 'ledger.db');
    expect(await refusal()).toContain('existing directory');
    file = directory;
    expect(await refusal()).toContain('cannot be opened');
  });
});

describe('a ledger whose process is killed at any instruction', () => {
  const batchSize = 32;
  const jobIds = Array.from({ length: 20 * batchSize }, (_, index) => `j${String(index)}`);

  it('has every batch whose commit returned, no half batch, and nothing twice', async () => {
    const ledger = await openLedger(file);
    for (const jobId of jobIds) await ledger.jobs.save(aJob(jobId));
    await ledger.close();
    const acknowledged: string[] = [];
    for (const extraMs of [0, 2, 5]) {
      acknowledged.push(...(await commitUntilKilled(2, extraMs)));
      const ended = await endedJobs();
      expect(ended).toEqual(expect.arrayContaining(acknowledged));
      expect(new Set(ended).size).toBe(ended.length);
      expect(ended.length % batchSize).toBe(0);
    }
  });

  /** The jobs that have ended, each of which has its measurement, and no other has one. */
  async function endedJobs(): Promise<readonly string[]> {
    const ledger = await openLedger(file);
    const ended = (await ledger.jobs.find({ open: false })).map(({ job }) => job.jobId);
    expect([...(await ledger.measurements.of(jobIds)).keys()].sort()).toEqual([...ended].sort());
    await ledger.close();
    return ended;
  }

  /** Returns the jobs whose commit was reported before the kill, which comes `extraMs` after the given batch. */
  async function commitUntilKilled(batches: number, extraMs: number): Promise<readonly string[]> {
    const child = spawnTypescript(
      path.join(__dirname, 'committing_process.ts'),
      file,
      String(batchSize),
    );
    const exited = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (lines.push(line) !== batches + 1) continue;
      await sleep(extraMs);
      child.kill('SIGKILL');
    }
    await exited;
    return lines.slice(1).flatMap((line) => line.split(' '));
  }
});
