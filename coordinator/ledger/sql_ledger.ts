import { sql, type Kysely, type Transaction } from 'kysely';
import type { Artifact } from '../../common/artifact';
import { assert } from '../../common/assert';
import type { Measurement } from '../../common/measurement';
import { GroupCommit } from './group_commit';
import type {
  CandidateRecord,
  ConfirmationRecord,
  DeviceRecord,
  EarlierMeasurement,
  EndRecord,
  EndsAfter,
  JobEnding,
  JobRecord,
  Ledger,
  LedgerEntry,
  ProposalRecord,
  ProposalState,
  SearchExtension,
  SearchRecord,
  SearchState,
  WallTime,
} from './ledger';
import * as rows from './rows';
import type { Schema } from './schema';
import * as sqlConfirmations from './sql_confirmations';
import * as sqlProposals from './sql_proposals';
import { statementPages } from './statement_pages';

/** Of one model on one target there are many only where it is measured again on purpose. */
const mostEarlierMeasurements = 50;
const theOnlyRow = 1;

/** The ledger on any database that Kysely speaks and `Schema` fits. */
export class SqlLedger implements Ledger {
  private readonly writes: GroupCommit<Schema>;

  constructor(private readonly db: Kysely<Schema>) {
    this.writes = new GroupCommit(db);
  }

  async beginIncarnation(): Promise<number> {
    return this.writes.run(async (transaction) => {
      const last = await transaction
        .selectFrom('incarnations')
        .select((select) => select.fn.max('number').as('number'))
        .executeTakeFirst();
      const number = ((last?.number as number | null | undefined) ?? 0) + 1;
      await transaction.insertInto('incarnations').values({ number }).execute();
      return number;
    });
  }

  async leaseSecret(fresh: string): Promise<string> {
    return this.writes.run(async (transaction) => {
      await transaction
        .insertInto('lease_secret')
        .values({ id: theOnlyRow, secret: fresh })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      const { secret } = await transaction
        .selectFrom('lease_secret')
        .select('secret')
        .where('id', '=', theOnlyRow)
        .executeTakeFirstOrThrow();
      return secret;
    });
  }

  async saveSearch(search: SearchRecord): Promise<void> {
    const row = rows.searchToRow(search);
    await this.writes.run((transaction) =>
      transaction
        .insertInto('searches')
        .values(row)
        .onConflict((conflict) => conflict.column('search_id').doNothing())
        .execute(),
    );
  }

  async setSearchState(searchId: string, state: SearchState, wall: WallTime): Promise<void> {
    await this.writes.run((transaction) => updateSearch(transaction, searchId, { state, wall }));
  }

  async extendSearch(
    searchId: string,
    extension: SearchExtension,
    next: Pick<SearchRecord, 'state' | 'wall'>,
  ): Promise<void> {
    await this.writes.run(async (transaction) => {
      await updateSearch(transaction, searchId, next);
      await transaction
        .insertInto('search_extensions')
        .values(rows.extensionToRow(searchId, extension))
        .onConflict((conflict) => conflict.columns(['search_id', 'extension_id']).doNothing())
        .execute();
    });
  }

  async extensions(searchId: string): Promise<readonly SearchExtension[]> {
    const found = await this.db
      .selectFrom('search_extensions')
      .selectAll()
      .where('search_id', '=', searchId)
      .orderBy('extension_id')
      .execute();
    return found.map(rows.extensionFromRow);
  }

  async searches(): Promise<readonly SearchRecord[]> {
    const found = await this.db
      .selectFrom('searches')
      .selectAll()
      .orderBy('created_at_ms')
      .orderBy('search_id')
      .execute();
    return found.map(rows.searchFromRow);
  }

  async saveCandidate(
    candidate: CandidateRecord,
    job: JobRecord,
    ending?: JobEnding,
  ): Promise<void> {
    assert(
      candidate.jobId === job.job.jobId && job.state.kind === 'open',
      'a candidate is saved with its own job, open',
    );
    await this.writes.run(async (transaction) => {
      if (await hasCandidate(transaction, candidate)) return;
      await insertJob(transaction, job);
      await transaction.insertInto('candidates').values(rows.candidateToRow(candidate)).execute();
      if (ending !== undefined)
        await endJob(transaction, { kind: 'job-ended', jobId: candidate.jobId, ...ending });
    });
  }

  async candidates(searchId: string): Promise<readonly CandidateRecord[]> {
    const found = await this.db
      .selectFrom('candidates')
      .selectAll()
      .where('search_id', '=', searchId)
      .orderBy('target')
      .orderBy('sequence')
      .execute();
    return found.map(rows.candidateFromRow);
  }

  async saveConfirmation(confirmation: ConfirmationRecord, job: JobRecord): Promise<void> {
    assert(
      confirmation.jobId === job.job.jobId && job.state.kind === 'open',
      'a confirmation is saved with its own job, open',
    );
    await this.writes.run(async (transaction) => {
      await insertJob(transaction, job);
      await sqlConfirmations.insertConfirmation(transaction, confirmation);
    });
  }

  async confirmations(searchId: string): Promise<readonly ConfirmationRecord[]> {
    return sqlConfirmations.selectConfirmations(this.db, searchId);
  }

  async saveProposals(proposals: readonly ProposalRecord[]): Promise<void> {
    await this.writes.run((transaction) => sqlProposals.insertProposals(transaction, proposals));
  }

  async abandonProposal(proposal: ProposalRecord): Promise<void> {
    await this.writes.run((transaction) => sqlProposals.endProposal(transaction, proposal));
  }

  async proposals(
    searchId: string,
    only?: { readonly target: string; readonly architectures: readonly string[] },
  ): Promise<readonly (ProposalRecord & { readonly state: ProposalState })[]> {
    return sqlProposals.selectProposals(this.db, searchId, only);
  }

  async ends(from: EndsAfter, limit: number): Promise<readonly EndRecord[]> {
    return sqlProposals.selectEnds(this.db, from, limit);
  }

  async saveJob(job: JobRecord): Promise<void> {
    await this.writes.run((transaction) => insertJob(transaction, job));
  }

  /** In the order in which they ended, open ones last. */
  async jobs(filter: {
    readonly ownerId?: string;
    readonly open?: boolean;
  }): Promise<readonly JobRecord[]> {
    let query = this.db.selectFrom('jobs').selectAll();
    if (filter.ownerId !== undefined) query = query.where('owner_id', '=', filter.ownerId);
    if (filter.open !== undefined) query = query.where('state', filter.open ? '=' : '<>', 'open');
    const found = await query
      .orderBy(sql`ended_sequence is null`)
      .orderBy('ended_sequence')
      .orderBy('job_id')
      .execute();
    return found.map(rows.jobFromRow);
  }

  async commit(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.writes.run(async (transaction) => {
      await insertAttempts(transaction, entries);
      for (const entry of entries) if (entry.kind === 'job-ended') await endJob(transaction, entry);
    });
  }

  async measurements(jobIds: readonly string[]): Promise<ReadonlyMap<string, Measurement>> {
    const found = new Map<string, Measurement>();
    for (const some of statementPages(jobIds)) {
      const page = await this.db
        .selectFrom('jobs')
        .innerJoin('measurements', (join) =>
          join.on('measurements.job_id', '=', sql`coalesce(jobs.reused_job_id, jobs.job_id)`),
        )
        .select(['jobs.job_id', 'measurements.document'])
        .where('jobs.job_id', 'in', some)
        .execute();
      for (const row of page) found.set(row.job_id, rows.measurementFromRow(row));
    }
    return found;
  }

  async earlierMeasurements(
    artifactDigest: string,
    target: string,
  ): Promise<readonly EarlierMeasurement[]> {
    const found = await this.db
      .selectFrom('jobs')
      .innerJoin('measurements', 'measurements.job_id', 'jobs.job_id')
      .select(['jobs.job_id', 'jobs.plan', 'measurements.document'])
      .where('artifact_digest', '=', artifactDigest)
      .where('target', '=', target)
      .orderBy('ended_sequence', 'desc')
      .limit(mostEarlierMeasurements)
      .execute();
    return found.map((row) => ({
      jobId: row.job_id,
      plan: rows.planFromRow(row),
      measurement: rows.measurementFromRow(row),
    }));
  }

  /** From the jobs, whose rows are small, and not from the measurements with their documents. */
  async jobsMeasuredByDevice(): Promise<ReadonlyMap<string, number>> {
    const found = await this.db
      .selectFrom('jobs')
      .select(['measured_device_serial as serial', sql<number>`count(*)`.as('count')])
      .where('state', '=', 'measured')
      .groupBy('measured_device_serial')
      .execute();
    return new Map(
      found.flatMap(({ serial, count }) => (serial === null ? [] : [[serial, count]])),
    );
  }

  async saveArtifact(artifact: Artifact, createdAtMs: number): Promise<void> {
    const row = rows.artifactToRow(artifact, createdAtMs);
    await this.writes.run((transaction) =>
      transaction
        .insertInto('artifacts')
        .values(row)
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute(),
    );
  }

  async artifact(digest: string): Promise<Artifact | undefined> {
    const row = await this.db
      .selectFrom('artifacts')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    return row === undefined ? undefined : rows.artifactFromRow(row);
  }

  async saveDevice(device: DeviceRecord): Promise<void> {
    const { serial, ...columns } = rows.deviceToRow(device);
    await this.writes.run((transaction) =>
      transaction
        .insertInto('devices')
        .values({ serial, ...columns })
        .onConflict((conflict) => conflict.column('serial').doUpdateSet(columns))
        .execute(),
    );
  }

  async devices(): Promise<readonly DeviceRecord[]> {
    const found = await this.db.selectFrom('devices').selectAll().orderBy('serial').execute();
    return found.map(rows.deviceFromRow);
  }

  async removeDevice(serial: string): Promise<void> {
    await this.writes.run((transaction) =>
      transaction.deleteFrom('devices').where('serial', '=', serial).execute(),
    );
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}

async function updateSearch(
  transaction: Transaction<Schema>,
  searchId: string,
  { state, wall }: Pick<SearchRecord, 'state' | 'wall'>,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('searches')
    .set({ state, ...rows.wallToColumns(wall) })
    .where('search_id', '=', searchId)
    .executeTakeFirst();
  assert(numUpdatedRows === 1n, `search ${searchId} is in the ledger`);
}

async function hasCandidate(
  transaction: Transaction<Schema>,
  { searchId, target, sequence, architecture }: CandidateRecord,
): Promise<boolean> {
  const found = await transaction
    .selectFrom('candidates')
    .select('job_id')
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where((where) =>
      where.or([where('sequence', '=', sequence), where('architecture', '=', architecture)]),
    )
    .executeTakeFirst();
  return found !== undefined;
}

async function insertJob(db: Transaction<Schema>, job: JobRecord): Promise<void> {
  await db
    .insertInto('jobs')
    .values(rows.jobToRow(job))
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
}

/**
 * Few statements with many rows: preparing one costs more than running it. Only the first result of a lease counts, and
 * only the first measurement of a job.
 */
async function insertAttempts(
  transaction: Transaction<Schema>,
  entries: readonly LedgerEntry[],
): Promise<void> {
  for (const some of statementPages(entries.filter((entry) => entry.kind === 'attempt'))) {
    const attempts = some.map((entry) => rows.attemptToRow(entry.result, entry.atMs));
    const inserted = await transaction
      .insertInto('attempts')
      .values(attempts)
      .onConflict((conflict) => conflict.columns(['job_id', 'epoch']).doNothing())
      .returning(['job_id', 'epoch'])
      .execute();
    const isNew = new Set(inserted.map((row) => leaseKey(row.job_id, row.epoch)));
    const measurements = some.flatMap(({ result }) => {
      const { lease, outcome } = result;
      // Taken out once used: the same lease can be in one batch twice.
      return outcome.kind === 'measured' && isNew.delete(leaseKey(lease.jobId, lease.epoch))
        ? [rows.measurementToRow(result, outcome.measurement)]
        : [];
    });
    if (measurements.length === 0) continue;
    await transaction
      .insertInto('measurements')
      .values(measurements)
      .onConflict((conflict) => conflict.column('job_id').doNothing())
      .execute();
  }
}

function leaseKey(jobId: string, epoch: number): string {
  return `${String(epoch)}:${jobId}`;
}

/** An end is final: a second one, the same or another, changes nothing. */
async function endJob(
  transaction: Transaction<Schema>,
  entry: Extract<LedgerEntry, { kind: 'job-ended' }>,
): Promise<void> {
  assert(entry.state.kind !== 'open', 'a job that ended is not open');
  await transaction
    .updateTable('jobs')
    .set({
      ...rows.jobStateToColumns(entry.state),
      ended_at_ms: entry.atMs,
      ended_sequence: sqlProposals.nextEndedSequence,
    })
    .where('job_id', '=', entry.jobId)
    .where('state', '=', 'open')
    .execute();
}
