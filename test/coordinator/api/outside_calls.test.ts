import { endFromWire } from '../../../proto/codec/outside';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { fail, ok } from '../../../common/result';
import { serverStream, unary } from '../../../coordinator/calls/service_call';
import { propose, sendEnds } from '../../../coordinator/api/outside_calls';
import type { SearchReader } from '../../../coordinator/searches/search_reader';
import type { SearchRunner } from '../../../coordinator/searches/search_runner';
import type { EndView } from '../../../coordinator/searches/outside/end_reader';
import type { SearchListener, SearchSummaries } from '../../../coordinator/views/search_summaries';
import type { SearchView } from '../../../coordinator/searches/search_view';
import type { End__Output } from '../../../proto/generated/farm/v1/End';
import type {
  SearchServiceClient,
  SearchServiceHandlers,
} from '../../../proto/generated/farm/v1/SearchService';
import { loadFarmServices } from '../../../proto/service';
import { describeError, insecure, serve, silentLogger, type TestServer } from '../grpc_fixture';

const services = loadFarmServices();
const pageSize = 3;

/** Ends at every third cursor. */
function anEnd(index: number, overrides: Partial<EndView> = {}): EndView {
  return {
    cursor: 3 * (index + 1),
    sequence: index,
    architecture: `cell-${String(index)}`,
    kind: 'measured',
    accuracyPercent: 90,
    latencyMs: 2,
    violation: 0,
    sessions: 3,
    relativeNoise: 0.01,
    deviceKind: 'phone',
    jobId: `j${String(index)}`,
    reason: '',
    ...overrides,
  };
}

describe('the calls of an outside searcher', () => {
  let server: TestServer;
  let client: SearchServiceClient;
  let ended: EndView[];
  let state: SearchView['state'];
  let pagesRead: number;
  const listeners = new Set<SearchListener>();
  const summaries: Pick<SearchSummaries, 'get' | 'watch'> = {
    get: () => Promise.resolve({ searchId: 'one', state } as SearchView),
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const searches: Pick<SearchRunner, 'propose'> = {
    propose: (searchId, target, architectures) => {
      if (searchId === 'full') return Promise.resolve(fail({ kind: 'full', message: 'read Ends' }));
      if (searchId === 'over')
        return Promise.resolve(fail({ kind: 'stopped', message: 'create another' }));
      if (target === '') return Promise.reject(new BadInputError('no target'));
      return Promise.resolve(
        ok(
          architectures.map((architecture, sequence) => ({
            architecture,
            sequence,
            state: 'waiting' as const,
          })),
        ),
      );
    },
  };
  const reader: Pick<SearchReader, 'ends'> = {
    ends: (_, __, after) => {
      pagesRead += 1;
      return Promise.resolve(ended.filter(({ cursor }) => cursor > after).slice(0, pageSize));
    },
  };

  beforeEach(async () => {
    ended = [];
    state = 'running';
    pagesRead = 0;
    const handlers = {
      Propose: unary(silentLogger, (request) => propose(searches, request)),
      Ends: serverStream(silentLogger, (request, ends) =>
        sendEnds({ reader, summaries }, request, ends),
      ),
    } as Partial<SearchServiceHandlers> as SearchServiceHandlers;
    server = await serve(services.SearchService.service, handlers);
    client = new services.SearchService(server.address, insecure());
  });
  afterEach(() => {
    client.close();
    server.stop();
  });

  const tell = (searchId: string): void =>
    listeners.forEach((listener) => listener({ searchId } as SearchView));
  const proposeTo = (searchId: string, target: string, architectures: string[]): Promise<unknown> =>
    new Promise((resolve, reject) =>
      client.propose({ searchId, target, architectures }, (error, response) =>
        error === null ? resolve(response) : reject(error),
      ),
    );

  it('answers proposals in their order, and says which of them can be repeated', async () => {
    expect(await proposeTo('one', 't', ['b', 'a'])).toEqual({
      proposed: [
        { architecture: 'b', sequence: 0, state: 'WAITING' },
        { architecture: 'a', sequence: 1, state: 'WAITING' },
      ],
    });
    const refusal = async (searchId: string, target: string): Promise<unknown> =>
      describeError(await proposeTo(searchId, target, ['a']).catch((error: unknown) => error));
    expect(await refusal('full', 't')).toBe('RESOURCE_EXHAUSTED: read Ends');
    expect(await refusal('over', 't')).toBe('FAILED_PRECONDITION: create another');
    expect(await refusal('one', '')).toBe('INVALID_ARGUMENT: no target');
  });

  it('sends the ends that were, then those that come, until the search has ended and all are sent', async () => {
    ended = Array.from({ length: 7 }, (_, index) => anEnd(index));
    const seen: number[] = [];
    for await (const { cursor, sequence } of client.ends({
      searchId: 'one',
      target: 't',
      after: 6,
    }) as AsyncIterable<End__Output>) {
      expect(cursor).toBe(3 * (sequence + 1));
      seen.push(sequence);
      if (sequence === 6 || sequence === 7) {
        ended.push(anEnd(sequence + 1));
        if (sequence === 7) state = 'finished';
        tell('another');
        tell('one');
      }
    }
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(listeners.size).toBe(0);
  });

  it('sends what is known of an end, and nothing where nothing is', async () => {
    ended = [
      anEnd(0, { violation: 0.5 }),
      anEnd(1, {
        kind: 'infeasible',
        latencyMs: null,
        violation: Infinity,
        sessions: 0,
        relativeNoise: null,
        deviceKind: null,
        jobId: null,
        reason: 'no kernel',
      }),
    ];
    state = 'stopped';
    const seen: unknown[] = [];
    for await (const end of client.ends({
      searchId: 'one',
      target: 't',
      after: 0,
    }) as AsyncIterable<End__Output>)
      seen.push(endFromWire(end));
    expect(seen).toEqual([
      {
        ok: true,
        value: {
          ...{ cursor: 3, sequence: 0, architecture: 'cell-0', kind: 'measured', accuracy: 90 },
          ...{ latencyMs: 2, violation: 0.5, sessions: 3, relativeNoise: 0.01 },
          ...{ deviceKind: 'phone', jobId: 'j0', reason: null },
        },
      },
      {
        ok: true,
        value: {
          ...{ cursor: 6, sequence: 1, architecture: 'cell-1', kind: 'infeasible', accuracy: 90 },
          ...{ latencyMs: null, violation: Infinity, sessions: 0, relativeNoise: null },
          ...{ deviceKind: null, jobId: null, reason: 'no kernel' },
        },
      },
    ]);
  });

  it('forgets a client that has left', async () => {
    ended = [anEnd(0)];
    const call = client.ends({ searchId: 'one', target: 't', after: 0 });
    await new Promise((resolve) => call.once('data', resolve));
    const left = new Promise((resolve) => call.once('error', resolve));
    call.cancel();
    await left;
    while (listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(listeners.size).toBe(0);
  });

  it('leaves in the ledger what a slow client has not taken', async () => {
    const pages = 2_000;
    ended = Array.from({ length: pages * pageSize }, (_, index) =>
      anEnd(index, { reason: 'x'.repeat(20_000) }),
    );
    state = 'finished';
    const call = client.ends({ searchId: 'one', target: 't', after: 0 });
    const first = new Promise<void>((resolve) => call.once('data', () => resolve()));
    call.once('data', () => call.pause());
    await first;
    let before = 0;
    // Until the transport is full.
    while (before < pagesRead) {
      before = pagesRead;
      await sleep(200);
    }
    expect(pagesRead).toBeLessThan(pages / 2);
    let seen = 1;
    for await (const end of call as AsyncIterable<End__Output>)
      seen += end.sequence === seen ? 1 : 0;
    expect(seen).toBe(pages * pageSize);
  });

  it('refuses what is no cursor', async () => {
    const call = client.ends({ searchId: 'one', target: 't', after: 2 ** 60 });
    expect(describeError(await new Promise((resolve) => call.once('error', resolve)))).toBe(
      'INVALID_ARGUMENT: field after: expected 0 or the cursor of an end',
    );
  });
});
