import type { Clock } from '../../common/clock';
import type { Logger } from '../../common/logger';
import { artifactToWire } from '../../proto/codec/job';
import type { Front as WireFront } from '../../proto/generated/farm/v1/Front';
import type { FrontPoint as WireFrontPoint } from '../../proto/generated/farm/v1/FrontPoint';
import type { Search as WireSearch } from '../../proto/generated/farm/v1/Search';
import type { SearchServiceHandlers } from '../../proto/generated/farm/v1/SearchService';
import { serverStream, unary, type ResponseStream } from '../dispatch/service_call';
import type { SearchRunner } from '../searches/search_runner';
import type { FrontPoint, FrontView, SearchView } from '../searches/search_view';
import { createMailbox } from './mailbox';

export interface SearchServiceParts {
  readonly searches: Pick<SearchRunner, 'create' | 'list' | 'get' | 'watch' | 'pause' | 'resume' | 'stop' | 'front' | 'exportModel'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Five pictures a second look smooth; a search on many phones changes hundreds of times a second. */
const watchIntervalMs = 200;

/** `SearchService`: the searches, for people and programs. */
export function createSearchService(parts: SearchServiceParts): SearchServiceHandlers {
  const { searches, logger } = parts;
  return {
    Create: unary(logger, async ({ specYaml, source }) => searchToWire(await searches.create(specYaml, source === '' ? 'search specification' : source))),
    List: unary(logger, async () => ({ searches: (await searches.list()).map(searchToWire) })),
    Get: unary(logger, async ({ searchId }) => searchToWire(await searches.get(searchId))),
    Watch: serverStream(logger, ({ searchId }, states) => watch(parts, searchId, states)),
    Pause: unary(logger, async ({ searchId }) => searchToWire(await searches.pause(searchId))),
    Resume: unary(logger, async ({ searchId }) => searchToWire(await searches.resume(searchId))),
    Stop: unary(logger, async ({ searchId }) => searchToWire(await searches.stop(searchId))),
    Front: unary(logger, async ({ searchId, target }) => ({ fronts: (await searches.front(searchId, target === '' ? undefined : target)).map(frontToWire) })),
    Export: unary(logger, async ({ searchId, architecture }) => ({ artifact: artifactToWire(await searches.exportModel(searchId, architecture)) })),
  };
}

async function watch({ searches, clock }: SearchServiceParts, searchId: string, states: ResponseStream<WireSearch>): Promise<void> {
  const changes = createMailbox<SearchView>('newest');
  const stopWatching = searches.watch((view) => {
    if (view.searchId === searchId) changes.put(view);
  });
  try {
    let view: SearchView | undefined = await searches.get(searchId);
    while (view !== undefined) {
      await states.send(searchToWire(view));
      if (view.state === 'stopped' || view.state === 'finished') return;
      await clock.sleep(watchIntervalMs, states.left);
      view = await changes.take(states.left);
    }
  } finally {
    stopWatching();
  }
}

function searchToWire(view: SearchView): WireSearch {
  return { ...view, problem: view.problem ?? '', targets: view.targets.map((target) => ({ ...target })) };
}

function frontToWire(front: FrontView): WireFront {
  return { target: front.target, points: front.points.map(pointToWire) };
}

function pointToWire(point: FrontPoint): WireFrontPoint {
  const { accuracyPercent, latencyP5Ms, latencyP95Ms, caveats, reusedFromJobId, ...same } = point;
  return { ...same, accuracy: accuracyPercent, latencyMsP5: latencyP5Ms ?? 0, latencyMsP95: latencyP95Ms ?? 0, caveats: [...caveats], reusedFromJobId: reusedFromJobId ?? '' };
}
