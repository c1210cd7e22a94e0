import type { ArtifactDigest } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import type { Ledger } from '../ledger/ledger';
import type { SearchRecord } from '../ledger/search_records';
import type { SearchRunner } from './search_runner';

interface Parts {
  readonly ledger: Pick<Ledger, 'jobs' | 'searches'>;
  readonly searches: Pick<SearchRunner, 'frontArtifacts'>;
}

/**
 * The models that somebody may still ask for: of open jobs, of all that a search built which is running or paused, since
 * its front and what is confirmed can still change, and of the fronts of those that have ended.
 */
export async function neededArtifacts(parts: Parts): Promise<ReadonlySet<ArtifactDigest>> {
  const needed = new Set(
    (await parts.ledger.jobs.find({ open: true })).map(({ job }) => job.artifact.digest),
  );
  for (const search of await parts.ledger.searches.all())
    for (const digest of await neededBy(search, parts)) needed.add(digest);
  return needed;
}

async function neededBy(
  { searchId, state }: SearchRecord,
  { ledger, searches }: Parts,
): Promise<readonly ArtifactDigest[]> {
  const all = async (): Promise<readonly ArtifactDigest[]> =>
    (await ledger.jobs.find({ ownerId: searchId })).map(({ job }) => job.artifact.digest);
  if (state === 'running' || state === 'paused') return all();
  try {
    return (await searches.frontArtifacts(searchId)).map(({ digest }) => digest);
  } catch (error) {
    // Of a search that this version cannot read, nobody knows the front.
    if (error instanceof BadInputError) return all();
    throw error;
  }
}
