import type { Kysely, Transaction } from 'kysely';
import { assert } from '../../../common/assert';
import type { ProposalRecord, ProposalRecords, ProposalState } from '../proposal_records';
import type { JobTable, ProposalTable, Schema } from '../schema';
import type { Database } from './database';
import { nextEndedSequence } from './ended_sequence';
import { selectEnds } from './ends';
import { statementPages } from './statement_pages';

export function createProposalRecords({ db, writes }: Database): ProposalRecords {
  return {
    save: (proposals) => writes.run((transaction) => insertProposals(transaction, proposals)),
    abandon: (proposal) => writes.run((transaction) => endProposal(transaction, proposal)),
    of: (searchId, only) => selectProposals(db, searchId, only),
    ends: (from, limit) => selectEnds(db, from, limit),
  };
}

/** A proposal that is there already changes nothing; another one in its place fails, and all with it. */
async function insertProposals(
  transaction: Transaction<Schema>,
  proposals: readonly ProposalRecord[],
): Promise<void> {
  for (const some of statementPages(proposals)) {
    const kept = await transaction
      .insertInto('proposals')
      .values(some.map(toRow))
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

async function endProposal(
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

async function selectProposals(
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
  if (only === undefined) return (await all.execute()).map(fromRow);
  const found: (ProposalRecord & { readonly state: ProposalState })[] = [];
  for (const some of statementPages(only.architectures)) {
    const page = await all
      .where('proposals.target', '=', only.target)
      .where('proposals.architecture', 'in', some)
      .execute();
    found.push(...page.map(fromRow));
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

function toRow({ searchId, target, sequence, architecture }: ProposalRecord): ProposalTable {
  return { search_id: searchId, target, sequence, architecture, ended_sequence: null };
}

/** `row.state` is that of its job, if there is one. */
function fromRow(
  row: ProposalTable & {
    readonly state: JobTable['state'] | null;
    readonly reused_job_id: string | null;
  },
): ProposalRecord & { readonly state: ProposalState } {
  const state =
    row.ended_sequence !== null
      ? 'abandoned'
      : row.reused_job_id !== null
        ? 'reused'
        : (row.state ?? 'waiting');
  return {
    searchId: row.search_id,
    target: row.target,
    sequence: row.sequence,
    architecture: row.architecture,
    state,
  };
}
