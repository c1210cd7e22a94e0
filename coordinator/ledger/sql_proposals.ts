import { sql, type Kysely, type Transaction } from 'kysely';
import { assert } from '../../common/assert';
import type { EndRecord, EndsAfter, ProposalRecord, ProposalState } from './ledger';
import * as rows from './rows';
import type { Schema } from './schema';
import { statementPages } from './statement_pages';

/** One order for the ends of jobs and of proposals that never became one: where a reader of ends has got to is one number. */
export const nextEndedSequence = sql<number>`(select coalesce(max(last), 0) + 1 from (select max(ended_sequence) as last from jobs union all select max(ended_sequence) from proposals) as ends)`;

/** A proposal that is there already changes nothing; another one in its place fails, and all with it. */
export async function insertProposals(
  transaction: Transaction<Schema>,
  proposals: readonly ProposalRecord[],
): Promise<void> {
  for (const some of statementPages(proposals)) {
    const kept = await transaction
      .insertInto('proposals')
      .values(some.map(rows.proposalToRow))
      .onConflict((conflict) =>
        conflict
          .columns(['search_id', 'target', 'sequence'])
          .doUpdateSet((update) => ({ architecture: update.ref('excluded.architecture') }))
          .whereRef('proposals.architecture', '=', 'excluded.architecture'),
      )
      .returning('sequence')
      .execute();
    assert(kept.length === some.length, 'a sequence is given to one architecture');
  }
}

export async function endProposal(
  transaction: Transaction<Schema>,
  { searchId, target, sequence }: ProposalRecord,
): Promise<void> {
  const candidate = transaction
    .selectFrom('candidates')
    .select('job_id')
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where('sequence', '=', sequence);
  await transaction
    .updateTable('proposals')
    .set({ ended_sequence: nextEndedSequence })
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where('sequence', '=', sequence)
    .where('ended_sequence', 'is', null)
    .where((where) => where.not(where.exists(candidate)))
    .execute();
}

export async function selectProposals(
  db: Kysely<Schema>,
  searchId: string,
  only?: { readonly target: string; readonly architectures: readonly string[] },
): Promise<readonly (ProposalRecord & { readonly state: ProposalState })[]> {
  const all = db
    .selectFrom('proposals')
    .leftJoin('candidates', (join) =>
      join
        .onRef('candidates.search_id', '=', 'proposals.search_id')
        .onRef('candidates.target', '=', 'proposals.target')
        .onRef('candidates.sequence', '=', 'proposals.sequence'),
    )
    .leftJoin('jobs', 'jobs.job_id', 'candidates.job_id')
    .selectAll('proposals')
    .select(['jobs.state', 'jobs.reused_job_id'])
    .where('proposals.search_id', '=', searchId)
    .orderBy('proposals.target')
    .orderBy('proposals.sequence');
  if (only === undefined) return (await all.execute()).map(rows.proposalFromRow);
  const found: (ProposalRecord & { readonly state: ProposalState })[] = [];
  for (const some of statementPages(only.architectures)) {
    const page = await all
      .where('proposals.target', '=', only.target)
      .where('proposals.architecture', 'in', some)
      .execute();
    found.push(...page.map(rows.proposalFromRow));
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

export async function selectEnds(
  db: Kysely<Schema>,
  from: EndsAfter,
  limit: number,
): Promise<readonly EndRecord[]> {
  // What ends between the two statements would let the second overtake the first.
  const { last } = await db
    .selectNoFrom(sql<number>`${nextEndedSequence} - 1`.as('last'))
    .executeTakeFirstOrThrow();
  const page = { ...from, last, limit };
  const ends = [...(await selectJobEnds(db, page)), ...(await selectUnbuilt(db, page))];
  return ends.sort((a, b) => a.endedSequence - b.endedSequence).slice(0, limit);
}

interface EndsPage extends EndsAfter {
  readonly last: number;
  readonly limit: number;
}

async function selectJobEnds(
  db: Kysely<Schema>,
  { searchId, target, after, last, limit }: EndsPage,
): Promise<readonly EndRecord[]> {
  const found = await db
    .selectFrom('jobs')
    .innerJoin('candidates', 'candidates.job_id', 'jobs.job_id')
    .select([
      'jobs.job_id',
      'jobs.state',
      'measured_device_serial',
      'measured_epoch',
      'reused_job_id',
      'fault_code',
      'fault_message',
      'fault_refusal',
      'violation',
      'ended_sequence',
      'sequence',
      'architecture',
    ])
    .where('jobs.owner_id', '=', searchId)
    .where('jobs.target', '=', target)
    .where('ended_sequence', '>', after)
    .where('ended_sequence', '<=', last)
    .orderBy('ended_sequence')
    .limit(limit)
    .execute();
  return found.map((row) => {
    const job = rows.jobStateFromColumns(row);
    assert(
      job.kind !== 'open' && row.ended_sequence !== null,
      'a job that has a place among the ends has ended',
    );
    return {
      sequence: row.sequence,
      architecture: row.architecture,
      endedSequence: row.ended_sequence,
      state: { kind: 'ended', jobId: row.job_id, job },
    };
  });
}

async function selectUnbuilt(
  db: Kysely<Schema>,
  { searchId, target, after, last, limit }: EndsPage,
): Promise<readonly EndRecord[]> {
  const found = await db
    .selectFrom('proposals')
    .select(['sequence', 'architecture', 'ended_sequence'])
    .where('search_id', '=', searchId)
    .where('target', '=', target)
    .where('ended_sequence', '>', after)
    .where('ended_sequence', '<=', last)
    .orderBy('ended_sequence')
    .limit(limit)
    .execute();
  return found.map(({ sequence, architecture, ended_sequence }) => {
    assert(ended_sequence !== null, 'it was found by its place among the ends');
    return { sequence, architecture, endedSequence: ended_sequence, state: { kind: 'unbuilt' } };
  });
}
