import type { ArtifactDigest } from '../../common/artifact';
import type { Ledger } from '../ledger/ledger';
import type { SearchSummaries } from './search_summaries';

interface Parts {
  readonly ledger: Pick<Ledger, 'jobs' | 'searches'>;
  readonly summaries: Pick<SearchSummaries, 'list'>;
}

/**
 * The models that somebody may still ask for: of open jobs, of all that a search built which is running or paused, since
 * its front and what is confirmed can still change, and of the fronts of those that have ended.
 */
export async function neededArtifacts({
  ledger,
  summaries,
}: Parts): Promise<ReadonlySet<ArtifactDigest>> {
  const open = await ledger.jobs.find({ open: true });
  const needed = new Set(open.map(({ job }) => job.artifact.digest));
  const known = new Map((await summaries.list()).map((each) => [each.searchId, each]));
  for (const { searchId } of await ledger.searches.all()) {
    const summary = known.get(searchId);
    // Of a search that this version cannot read, nobody knows the front.
    const isOver = summary?.state === 'finished' || summary?.state === 'stopped';
    if (isOver) for (const digest of summary.frontModels) needed.add(digest);
    else
      for (const { job } of await ledger.jobs.find({ ownerId: searchId }))
        needed.add(job.artifact.digest);
  }
  return needed;
}
