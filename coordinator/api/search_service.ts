import { BadInputError } from '../../common/bad_input';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import { exportedModelToWire, fleetFrontToWire, frontListToWire } from '../../proto/codec/front';
import { searchToWire } from '../../proto/codec/search_status';
import type { ExtendRequest__Output } from '../../proto/generated/farm/v1/ExtendRequest';
import type { Search as WireSearch } from '../../proto/generated/farm/v1/Search';
import type { SearchServiceHandlers } from '../../proto/generated/farm/v1/SearchService';
import { type ResponseStream, serverStream, unary } from '../calls/service_call';
import type { SearchExtension } from '../../search/study/request';
import type { FleetView } from '../views/fleet/fleet_view';
import type { SearchReader } from '../searches/search_reader';
import type { SearchRunner } from '../searches/search_runner';
import type { SearchView } from '../searches/search_view';
import type { SearchSummaries } from '../views/search_summaries';
import { sendHistory } from './history';
import { exportedFacts, listedFleetFront, listedFront } from './front';
import { searchStatus } from './search_status';
import { createMailbox } from './mailbox';
import { propose, sendEnds } from './outside_calls';

interface SearchServiceParts {
  readonly searches: Pick<
    SearchRunner,
    'create' | 'onboard' | 'pause' | 'resume' | 'stop' | 'extend' | 'propose'
  >;
  readonly reader: Pick<SearchReader, 'front' | 'fleetFront' | 'history' | 'exportModel' | 'ends'>;
  readonly summaries: Pick<SearchSummaries, 'list' | 'get' | 'watch'>;
  readonly fleet: Pick<FleetView, 'deviceCount' | 'busyDevices'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The largest limit that a specification may set. */
const largestAddition = 1e6;

/** Five pictures a second look smooth; a search on many phones changes hundreds of times a second. */
const watchIntervalMs = 200;

/** Devices begin and end, and time passes, without a change of the search. */
const longestSilenceMs = 1_000;

/** `SearchService`: the searches, for people and programs. */
export function createSearchService(parts: SearchServiceParts): SearchServiceHandlers {
  const { searches, reader, summaries, logger } = parts;
  return {
    Create: unary(logger, async ({ specYaml, source }) =>
      stateToWire(
        parts,
        await searches.create(specYaml, source === '' ? 'search specification' : source),
      ),
    ),
    Onboard: unary(logger, async ({ searchIds, target, measurements }) =>
      stateToWire(parts, await searches.onboard({ searchIds, target, measurements })),
    ),
    List: unary(logger, async () => ({
      searches: (await summaries.list()).map((view) => stateToWire(parts, view)),
    })),
    Get: unary(logger, async ({ searchId }) => stateToWire(parts, await summaries.get(searchId))),
    Watch: serverStream(logger, ({ searchId }, states) => watch(parts, searchId, states)),
    Pause: unary(logger, async ({ searchId }) =>
      stateToWire(parts, await searches.pause(searchId)),
    ),
    Resume: unary(logger, async ({ searchId }) =>
      stateToWire(parts, await searches.resume(searchId)),
    ),
    Stop: unary(logger, async ({ searchId }) => stateToWire(parts, await searches.stop(searchId))),
    Extend: unary(logger, async ({ searchId, ...extension }) =>
      stateToWire(parts, await searches.extend(searchId, readExtension(extension))),
    ),
    Front: unary(logger, async ({ searchId, target }) =>
      frontListToWire((await reader.front(searchId, target)).map(listedFront)),
    ),
    History: serverStream(logger, ({ searchId }, parts) => sendHistory(reader, searchId, parts)),
    Propose: unary(logger, (request) => propose(searches, request)),
    Ends: serverStream(logger, (request, ends) => sendEnds(parts, request, ends)),
    FleetFront: unary(logger, async ({ searchId }) =>
      fleetFrontToWire(listedFleetFront(await reader.fleetFront(searchId))),
    ),
    Export: unary(logger, async ({ searchId, architecture, target }) =>
      exportedModelToWire(exportedFacts(await reader.exportModel(searchId, architecture, target))),
    ),
  };
}

function readExtension({
  extensionId,
  measurements,
  phoneMinutes,
  wallMinutes,
}: Omit<ExtendRequest__Output, 'searchId'>): SearchExtension {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(extensionId))
    throw new BadInputError('field extension_id: expected 1 to 64 letters, digits or "-"');
  const additions = { measurements, phoneMinutes, wallMinutes };
  const wrong = Object.entries(additions).find(
    ([, value]) => !(value >= 0 && value <= largestAddition),
  );
  if (wrong !== undefined)
    throw new BadInputError(`${wrong[0]}: expected a number above 0, at most ${largestAddition}`);
  if (Object.values(additions).every((value) => value === 0))
    throw new BadInputError(
      'nothing to extend; give at least one of measurements, phone-minutes, wall-minutes above 0',
    );
  return { extensionId, ...additions };
}

async function watch(
  parts: SearchServiceParts,
  searchId: string,
  states: ResponseStream<WireSearch>,
): Promise<void> {
  const { summaries, clock } = parts;
  const news = createMailbox<'changed' | 'time'>('newest');
  const stopWatching = summaries.watch((view) => {
    if (view.searchId === searchId) news.put('changed');
  });
  const ended = new AbortController();
  const isOver = AbortSignal.any([states.left, ended.signal]);
  void tick(() => news.put('time'), clock, isOver);
  try {
    do {
      const view = await summaries.get(searchId);
      await states.send(stateToWire(parts, view));
      if (view.state === 'stopped' || view.state === 'finished') return;
      await clock.sleep(watchIntervalMs, isOver);
    } while ((await news.take(isOver)) !== undefined);
  } finally {
    ended.abort();
    stopWatching();
  }
}

async function tick(act: () => void, clock: Clock, isOver: AbortSignal): Promise<void> {
  while (!isOver.aborted) {
    await clock.sleep(longestSilenceMs, isOver);
    act();
  }
}

function stateToWire(parts: SearchServiceParts, view: SearchView): WireSearch {
  const status = searchStatus(view, {
    nowMs: parts.clock.nowMs(),
    busy: parts.fleet.busyDevices(view.searchId),
    deviceCount: (target) => parts.fleet.deviceCount(target),
  });
  return searchToWire(status);
}
