import type { ArtifactDigest } from '../../common/artifact';
import type { TrainingEnd } from '../../common/training/training_task';
import { referenceDigest } from '../../proto/codec/training/content_digest';
import type { Ledger } from '../ledger/ledger';
import type { SearchSummaries } from './search_summaries';

interface Parts {
  readonly ledger: Pick<Ledger, 'jobs' | 'searches' | 'references' | 'trainingTasks'>;
  readonly summaries: Pick<SearchSummaries, 'list'>;
}

/**
 * The models that somebody may still ask for: of open jobs, of all that a search built which is running or paused, since
 * its front and what is confirmed can still change, of the fronts of those that have ended; references, and what was trained of them.
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
  for (const digest of await trainedArtifacts(ledger)) needed.add(digest);
  return needed;
}

const tasksAtOnce = 500;

/** Models of references, weights of blocks, networks that were kept. */
async function trainedArtifacts({
  references,
  trainingTasks,
}: Parts['ledger']): Promise<readonly ArtifactDigest[]> {
  const digests: ArtifactDigest[] = [];
  for (const reference of await references.all()) {
    digests.push(reference.model);
    for (const kind of ['block', 'network'] as const) {
      let after: string | undefined;
      do {
        const page = await trainingTasks.ended({
          referenceDigest: referenceDigest(reference),
          kind,
          most: tasksAtOnce,
          ...(after === undefined ? {} : { afterTaskId: after }),
        });
        for (const { end } of page) digests.push(...filesOf(end));
        after = page.length < tasksAtOnce ? undefined : page.at(-1)?.taskId;
      } while (after !== undefined);
    }
  }
  return digests;
}

function filesOf(end: TrainingEnd): readonly ArtifactDigest[] {
  if (end.kind === 'failed') return [];
  if (end.outcome.kind === 'block') return [end.outcome.weights];
  if (end.outcome.kind === 'probe') return [];
  return [end.outcome.model, end.outcome.ranges].filter((digest) => digest !== null);
}
