import { systemClock } from '../../platform/time/clock';
import { createModelStages } from '../candidates/model_stages';
import { createPreparation } from '../candidates/preparation';
import { StageRuns } from '../candidates/stage_runs';
import { stagesOf } from '../candidates/stages_of';
import type { OutsideReader } from '../reading/outside_reader';
import { loadSearchCatalog } from '../searches/search_catalog';
import { neededArtifacts } from '../views/needed_artifacts';
import type { SearchParts } from '../searches/search_parts';
import { SearchReader } from '../searches/search_reader';
import { SearchRunner } from '../searches/search_runner';
import { SearchSummaries } from '../views/search_summaries';
import type { PartSurroundings } from './surroundings';
import type { FleetView } from '../views/fleet/fleet_view';
import type { WorkerProcesses } from './workers';
import type { Core } from './core';

interface SearchesParts extends Core {
  readonly reader: OutsideReader;
  readonly workers: WorkerProcesses;
  /** Models beyond this are dropped, but for those that somebody needs. */
  readonly artifactBytes: number;
}

export interface Searches {
  readonly runner: SearchRunner;
  readonly reader: SearchReader;
  readonly summaries: SearchSummaries;
}

/** Resolves when the searches of the ledger go on. */
export async function startSearches(
  parts: SearchesParts,
  surroundings: PartSurroundings,
): Promise<Searches> {
  const searchParts = openSearchParts(parts, surroundings);
  const runner = startRunner(searchParts, parts.fleet, surroundings);
  const reader = new SearchReader(searchParts, runner);
  const summaries = createSummaries(parts, { runner, reader }, surroundings);
  await runner.resumeAll();
  // A ledger of an older version has none; nobody waits for them.
  summaries.complete().catch((error: unknown) => surroundings.lifecycle.fail(error as Error));
  await parts.store.keepWithin({
    largestBytes: parts.artifactBytes,
    needed: () => neededArtifacts({ ledger: parts.ledger, summaries }),
    onDropped: (count, bytes) =>
      surroundings.logger.info({ count, bytes }, 'models that nobody needs were dropped'),
  });
  return { runner, reader, summaries };
}

/** What every search works with: the stages of candidates, the spaces, and the workers. */
function openSearchParts(
  core: SearchesParts,
  { lifecycle, logger }: PartSurroundings,
): SearchParts {
  const stages = createModelStages({ workers: core.workers.builders, store: core.store });
  const catalog = loadSearchCatalog();
  catalog.openAll();
  return {
    ...core,
    candidates: createPreparation({
      stagesOf: (target) => stagesOf(target, stages),
      runs: new StageRuns(core.store),
      artifacts: core.ledger.artifacts,
      clock: systemClock,
    }),
    catalog,
    specs: core.reader,
    openStrategist: core.workers.openStrategist,
    deviceCount: (target) => core.fleet.deviceCount(target),
    clock: systemClock,
    logger,
    onFailure: (error) => lifecycle.fail(error),
  };
}

function startRunner(
  parts: SearchParts,
  fleet: FleetView,
  { lifecycle }: PartSurroundings,
): SearchRunner {
  const runner = new SearchRunner(parts);
  // Searches keep as many candidates on their way as the fleet takes.
  const stopHearing = fleet.subscribe(() => runner.fleetChanged());
  lifecycle.onStop('searches', () => {
    stopHearing();
    return runner.close();
  });
  return runner;
}

function createSummaries(
  core: SearchesParts,
  { runner, reader }: Pick<Searches, 'runner' | 'reader'>,
  { lifecycle, logger }: PartSurroundings,
): SearchSummaries {
  const summaries = new SearchSummaries({
    records: core.ledger.summaries,
    summarize: (searchId) => reader.get(searchId),
    logger,
    onFailure: (error) => lifecycle.fail(error),
  });
  lifecycle.onStop('summaries', () => summaries.close());
  runner.watch((summary) => summaries.heard(summary));
  return summaries;
}
