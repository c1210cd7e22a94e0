import { systemClock, type Clock } from '../../../platform/time/clock';
import { createSearchService } from '../../../coordinator/api/search_service';
import { FleetView } from '../../../coordinator/views/fleet/fleet_view';
import type { SearchListener } from '../../../coordinator/views/search_summaries';
import type { SearchView } from '../../../coordinator/searches/search_view';
import { BadInputError } from '../../../common/bad_input';
import type { TargetProgress__Output } from '../../../proto/generated/farm/v1/TargetProgress';
import type { Search__Output } from '../../../proto/generated/farm/v1/Search';
import type { SearchServiceClient } from '../../../proto/generated/farm/v1/SearchService';
import { loadFarmServices } from '../../../proto/service';
import { createFarm, phone } from '../schedule/farm';
import { describeError, insecure, serve, silentLogger, type TestServer } from '../grpc_fixture';

const services = loadFarmServices();
const view = (state: SearchView['state'], measured: number): SearchView => ({
  ...{
    searchId: 'one',
    name: 'sample',
    state,
    space: 'nasbench201',
    strategy: 'random',
    seed: 1,
    createdAtMs: 5,
    isBudgetShared: false,
    problem: null,
    wall: { ranMs: 60_000, runningSinceMs: null },
    frontModels: [],
  },
  targets: [
    {
      target: 'sm8550/tflite/cpu/int8',
      budget: { measurements: 9 },
      phoneMs: 0,
      spent: { measured, phoneMs: 0 },
      measured,
      reused: 0,
      infeasible: 0,
      abandoned: 0,
      inFlight: 1,
      hypervolume: 0.5,
      frontHypervolume: 0.4,
      frontSize: 2,
      confirming: 3,
      confirmed: 4,
      picks: [
        { kind: 'fastest', architecture: 'a', latencyMs: 2, accuracyPercent: 80, isVirtual: false },
      ],
      confirmedMs: 0,
      uncertain: 0,
      virtualMeasurements: 0,
    },
  ],
});

describe('search service', () => {
  let server: TestServer;
  let client: SearchServiceClient;
  let listeners: Set<SearchListener>;
  let current: SearchView;
  beforeEach(async () => {
    listeners = new Set();
    current = view('running', 0);
    const notUsed = (): never => {
      throw new Error('not used here');
    };
    const searches = {
      ...{
        create: notUsed,
        onboard: notUsed,
        pause: notUsed,
        resume: notUsed,
        stop: notUsed,
        extend: notUsed,
        propose: notUsed,
      },
    };
    const reader = {
      front: notUsed,
      fleetFront: notUsed,
      history: notUsed,
      exportModel: notUsed,
      ends: notUsed,
    };
    const summaries = {
      list: notUsed,
      get: (searchId: string) =>
        searchId === 'one'
          ? Promise.resolve(current)
          : Promise.reject(new BadInputError(`there is no search "${searchId}"`)),
      watch: (listener: SearchListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    // Pictures follow each other at once; the time that passes without news is real.
    const impatient: Clock = {
      ...systemClock,
      sleep: (durationMs, signal) =>
        durationMs < 1_000 ? Promise.resolve() : systemClock.sleep(durationMs, signal),
    };
    const farm = createFarm();
    farm.attach('rack', [phone('p1'), phone('p2')]);
    farm.submit('job', { owner: { ownerId: 'one' } });
    server = await serve(
      services.SearchService.service,
      createSearchService({
        searches,
        reader,
        summaries,
        fleet: new FleetView(() => farm.state),
        clock: impatient,
        logger: silentLogger,
      }),
    );
    client = new services.SearchService(server.address, insecure());
  });
  afterEach(() => {
    client.close();
    server.stop();
  });
  const tell = (changed: SearchView): void => {
    if (changed.searchId === 'one') current = changed;
    listeners.forEach((listener) => listener(changed));
  };

  it('sends the state at once and after changes, until the search ends', async () => {
    const seen: string[] = [];
    for await (const search of client.watch({ searchId: 'one' }) as AsyncIterable<Search__Output>) {
      seen.push(`${search.state} ${String(search.targets[0]?.measured)}`);
      if (search.state === 'RUNNING') {
        tell({ ...view('running', 99), searchId: 'another' });
        tell(view(search.targets[0]?.measured === 0 ? 'running' : 'finished', 4));
      }
    }
    expect(seen).toEqual(['RUNNING 0', 'RUNNING 4', 'FINISHED 4']);
    expect(listeners.size).toBe(0);
  });

  it('tells of devices and time without a change of the search', async () => {
    const seen: (TargetProgress__Output | undefined)[] = [];
    for await (const search of client.watch({ searchId: 'one' }) as AsyncIterable<Search__Output>) {
      seen.push(search.targets[0]);
      current = view('running', 3);
      if (seen.length === 2) break;
    }
    expect(seen[0]).not.toHaveProperty('secondsLeft');
    expect(seen).toMatchObject([
      {
        measured: 0,
        devicesBusy: 1,
        devices: 2,
        picks: [{ kind: 'FASTEST', architecture: 'a', latencyMs: 2, accuracy: 80 }],
      },
      // Three in a minute, six to go.
      { measured: 3, secondsLeft: 120 },
    ]);
  });

  it('forgets a watcher that has left', async () => {
    const call = client.watch({ searchId: 'one' });
    await new Promise((resolve) => call.once('data', resolve));
    const left = new Promise((resolve) => call.once('error', resolve));
    call.cancel();
    await left;
    while (listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(listeners.size).toBe(0);
  });

  it("answers a user's mistake in one line, and hides what is not the user's", async () => {
    const get = (searchId: string) =>
      new Promise((resolve, reject) =>
        client.get({ searchId }, (error, found) =>
          error === null ? resolve(found) : reject(error),
        ),
      );
    const list = () =>
      new Promise((resolve, reject) =>
        client.list({}, (error, found) => (error === null ? resolve(found) : reject(error))),
      );
    expect(describeError(await get('two').catch((error: unknown) => error))).toBe(
      'INVALID_ARGUMENT: there is no search "two"',
    );
    expect(describeError(await list().catch((error: unknown) => error))).toBe(
      'INTERNAL: the coordinator failed on this call; its log says why',
    );
  });
});
