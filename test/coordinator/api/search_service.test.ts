import { systemClock, type Clock } from '../../../common/clock';
import { createSearchService } from '../../../coordinator/api/search_service';
import type { SearchListener } from '../../../coordinator/searches/search_runner';
import type { SearchView } from '../../../coordinator/searches/search_view';
import { BadInputError } from '../../../common/bad_input';
import type { Search__Output } from '../../../proto/generated/farm/v1/Search';
import type { SearchServiceClient } from '../../../proto/generated/farm/v1/SearchService';
import { loadFarmServices } from '../../../proto/service';
import { describeError, insecure, serve, silentLogger, type TestServer } from '../grpc_fixture';

const services = loadFarmServices();
const view = (state: SearchView['state'], measured: number): SearchView => ({
  ...{ searchId: 'one', name: 'sample', state, space: 'nasbench201', strategy: 'random', seed: 1, createdAtMs: 5, problem: null, wallMs: 0 },
  targets: [{ target: 'host/onnxruntime/cpu/int8', budget: { measurements: 9 }, phoneMs: 0, measured, reused: 0, infeasible: 0, abandoned: 0, inFlight: 1, hypervolume: 0.5, frontSize: 2 }],
});

describe('search service', () => {
  let server: TestServer;
  let client: SearchServiceClient;
  let listeners: Set<SearchListener>;
  beforeEach(async () => {
    listeners = new Set();
    const notUsed = (): never => {
      throw new Error('not used here');
    };
    const searches = {
      ...{ create: notUsed, list: notUsed, pause: notUsed, resume: notUsed, stop: notUsed, extend: notUsed, front: notUsed, exportModel: notUsed },
      get: (searchId: string) => (searchId === 'one' ? Promise.resolve(view('running', 0)) : Promise.reject(new BadInputError(`there is no search "${searchId}"`))),
      watch: (listener: SearchListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const impatient: Clock = { ...systemClock, sleep: () => Promise.resolve() };
    server = await serve(services.SearchService.service, createSearchService({ searches, clock: impatient, logger: silentLogger }));
    client = new services.SearchService(server.address, insecure());
  });
  afterEach(() => {
    client.close();
    server.stop();
  });
  const tell = (changed: SearchView): void => listeners.forEach((listener) => listener(changed));

  it('sends the state at once and after changes, until the search ends', async () => {
    const seen: string[] = [];
    for await (const search of client.watch({ searchId: 'one' }) as AsyncIterable<Search__Output>) {
      seen.push(`${search.state} ${String(search.targets[0]?.measured)}`);
      if (search.state === 'running') {
        tell({ ...view('running', 99), searchId: 'another' });
        tell(view(search.targets[0]?.measured === 0 ? 'running' : 'finished', 4));
      }
    }
    expect(seen).toEqual(['running 0', 'running 4', 'finished 4']);
    expect(listeners.size).toBe(0);
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

  it('answers a user\'s mistake in one line, and hides what is not the user\'s', async () => {
    const get = (searchId: string) => new Promise((resolve, reject) => client.get({ searchId }, (error, found) => (error === null ? resolve(found) : reject(error))));
    const list = () => new Promise((resolve, reject) => client.list({}, (error, found) => (error === null ? resolve(found) : reject(error))));
    expect(describeError(await get('two').catch((error: unknown) => error))).toBe('INVALID_ARGUMENT: there is no search "two"');
    expect(describeError(await list().catch((error: unknown) => error))).toBe('INTERNAL: the coordinator failed on this call; its log says why');
  });
});
