import { BadInputError } from '../../common/bad_input';
import type { Clock } from '../../common/clock';
import type { Logger } from '../../common/logger';
import { artifactToWire } from '../../proto/codec/job';
import type { Front as WireFront } from '../../proto/generated/farm/v1/Front';
import type { ExtendRequest__Output } from '../../proto/generated/farm/v1/ExtendRequest';
import type { FrontPoint as WireFrontPoint } from '../../proto/generated/farm/v1/FrontPoint';
import type { Search as WireSearch } from '../../proto/generated/farm/v1/Search';
import type { SearchServiceHandlers } from '../../proto/generated/farm/v1/SearchService';
import type { TargetProgress as WireProgress } from '../../proto/generated/farm/v1/TargetProgress';
import { serverStream, unary, type ResponseStream } from '../dispatch/service_call';
import type { SearchExtension } from '../ledger/ledger';
import type { SearchRunner } from '../searches/search_runner';
import type { FrontPoint, FrontView, SearchView } from '../searches/search_view';
import { msPerMinute } from '../search/budget';
import { createMailbox } from './mailbox';

export interface SearchServiceParts {
  readonly searches: Pick<SearchRunner, 'create' | 'list' | 'get' | 'watch' | 'pause' | 'resume' | 'stop' | 'extend' | 'front' | 'exportModel'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The largest limit that a specification may set. */
const largestAddition = 1e6;

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
    Extend: unary(logger, async ({ searchId, ...extension }) => searchToWire(await searches.extend(searchId, readExtension(extension)))),
    Front: unary(logger, async ({ searchId, target }) => ({ fronts: (await searches.front(searchId, target === '' ? undefined : target)).map(frontToWire) })),
    Export: unary(logger, async ({ searchId, architecture }) => ({ artifact: artifactToWire(await searches.exportModel(searchId, architecture)) })),
  };
}

function readExtension({ extensionId, measurements, phoneMinutes, wallMinutes }: Omit<ExtendRequest__Output, 'searchId'>): SearchExtension {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(extensionId)) throw new BadInputError('field extension_id: expected 1 to 64 letters, digits or "-"');
  const additions = { measurements, phoneMinutes, wallMinutes };
  const wrong = Object.entries(additions).find(([, value]) => !(value >= 0 && value <= largestAddition));
  if (wrong !== undefined) throw new BadInputError(`${wrong[0]}: expected a number above 0, at most ${largestAddition}`);
  if (Object.values(additions).every((value) => value === 0)) throw new BadInputError('nothing to extend; give at least one of measurements, phone-minutes, wall-minutes above 0');
  return { extensionId, ...additions };
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
  const { problem, wallMs, targets, ...same } = view;
  return { ...same, problem: problem ?? '', wallMinutes: wallMs / msPerMinute, targets: targets.map(progressToWire) };
}

function progressToWire({ budget, phoneMs, ...same }: SearchView['targets'][number]): WireProgress {
  const { measurements = 0, phoneMinutes = 0, wallMinutes = 0 } = budget;
  return { ...same, budget: measurements, phoneMinutes: phoneMs / msPerMinute, budgetPhoneMinutes: phoneMinutes, budgetWallMinutes: wallMinutes };
}

function frontToWire(front: FrontView): WireFront {
  return { target: front.target, points: front.points.map(pointToWire) };
}

function pointToWire(point: FrontPoint): WireFrontPoint {
  const { accuracyPercent, latencyP5Ms, latencyP95Ms, interval, trust, caveats, reusedFromJobId, ...same } = point;
  return {
    ...same,
    accuracy: accuracyPercent,
    latencyMsP5: latencyP5Ms ?? 0,
    latencyMsP95: latencyP95Ms ?? 0,
    caveats: [...caveats],
    reusedFromJobId: reusedFromJobId ?? '',
    ...(interval.kind === 'interval' ? { sessions: interval.sessions, latencyMsLow: interval.lowMs, latencyMsHigh: interval.highMs } : { sessions: 1 }),
    trust: trust.level,
    trustReasons: [...trust.reasons],
  };
}
