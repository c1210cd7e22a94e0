import path from 'node:path';
import { loadSqliteDriver } from '../../coordinator/ledger/sqlite_driver';

interface Audit {
  readonly searchState: string;
  /** By target: how many measurements its search has. */
  readonly measuredByTarget: Readonly<Record<string, number>>;
  readonly openJobs: number;
  /** Jobs that say measured without a measurement, their own or the one that they reused, or have one without saying so. */
  readonly disagreeing: number;
  /** Architectures with more than one measurement on one target. */
  readonly measuredTwice: number;
  /** Measurements that no attempt accounts for. */
  readonly measurementsWithoutAttempt: number;
}

/** How many sessions each measurement of a search's candidates has, fewest first, from the ledger of a farm that is not running. */
export async function sessionsOfCandidates(
  dataDir: string,
  searchId: string,
): Promise<readonly number[]> {
  const Database = await loadSqliteDriver();
  const database = new Database(path.join(dataDir, 'coordinator/ledger.sqlite'), {
    readonly: true,
  });
  try {
    const documents = database
      .prepare(
        'select m.document from candidates c join measurements m on m.job_id = c.job_id where c.search_id = ?',
      )
      .pluck()
      .all(searchId) as string[];
    return documents
      .map((document) => (JSON.parse(document) as { sessions: unknown[] }).sessions.length)
      .sort((a, b) => a - b);
  } finally {
    database.close();
  }
}

/** Reads the ledger of a farm that is not running, with SQL of our own. */
export async function auditLedger(dataDir: string, searchId: string): Promise<Audit> {
  const Database = await loadSqliteDriver();
  const database = new Database(path.join(dataDir, 'coordinator/ledger.sqlite'), {
    readonly: true,
  });
  const count = (sql: string, ...values: readonly string[]): number =>
    Number(
      database
        .prepare(sql)
        .pluck()
        .get(...values),
    );
  try {
    const counts = database
      .prepare(
        'select c.target as target, count(*) as measured from candidates c join measurements m on m.job_id = c.job_id where c.search_id = ? group by c.target',
      )
      .all(searchId) as { target: string; measured: number }[];
    return {
      searchState: String(
        database.prepare('select state from searches where search_id = ?').pluck().get(searchId),
      ),
      measuredByTarget: Object.fromEntries(
        counts.map(({ target, measured }) => [target, measured]),
      ),
      openJobs: count("select count(*) from jobs where owner_id = ? and state = 'open'", searchId),
      disagreeing: count(
        "select count(*) from jobs j left join measurements m on m.job_id = coalesce(j.reused_job_id, j.job_id) where j.owner_id = ? and (j.state = 'measured') <> (m.job_id is not null)",
        searchId,
      ),
      measuredTwice: count(
        'select count(*) from (select 1 from candidates c join measurements m on m.job_id = c.job_id where c.search_id = ? group by c.target, c.architecture having count(*) > 1)',
        searchId,
      ),
      measurementsWithoutAttempt: count(
        "select count(*) from measurements m left join attempts a on a.job_id = m.job_id and a.epoch = m.epoch and a.outcome = 'measured' where a.job_id is null",
      ),
    };
  } finally {
    database.close();
  }
}
