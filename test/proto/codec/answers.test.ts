import fc from 'fast-check';
import type { Result } from '../../../common/result';
import { benchmarkFromWire, benchmarkToWire } from '../../../proto/codec/benchmark';
import {
  agentListFromWire,
  agentListToWire,
  deviceListFromWire,
  deviceListToWire,
} from '../../../proto/codec/fleet';
import {
  exportedModelFromWire,
  exportedModelToWire,
  fleetFrontFromWire,
  fleetFrontToWire,
  frontListFromWire,
  frontListToWire,
} from '../../../proto/codec/front';
import { historyFromWire, historyToWire } from '../../../proto/codec/history';
import {
  endFromWire,
  endToWire,
  proposedFromWire,
  proposedToWire,
} from '../../../proto/codec/outside';
import { searchFromWire, searchToWire } from '../../../proto/codec/search_status';
import { loadFarmServices } from '../../../proto/service';
import {
  agents,
  change,
  devices,
  end,
  exported,
  fleetFront,
  fronts,
  piece,
  proposed,
  search,
} from './answer_arbitraries';

const services = loadFarmServices();
const { SearchService, FleetService, BenchmarkService } = services;

interface Method {
  readonly responseSerialize: (value: unknown) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** What the other end of the wire is given for an answer. */
function overTheWire(method: unknown, wire: unknown): unknown {
  const { responseSerialize, responseDeserialize } = method as Method;
  return responseDeserialize(responseSerialize(wire));
}

/** A codec with the method whose answers it is of, for values of any kind. */
function roundTrip<Value>(
  method: unknown,
  value: fc.Arbitrary<Value>,
  codec: { toWire(value: Value): unknown; fromWire(wire: unknown): Result<unknown, string> },
): () => void {
  return () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(codec.fromWire(overTheWire(method, codec.toWire(given)))).toEqual({
          ok: true,
          value: given,
        });
      }),
      { numRuns: 60 },
    );
  };
}

describe('answers are at the other end what they were, what is not known included:', () => {
  it(
    'a search',
    roundTrip(SearchService.service.Get, search, {
      toWire: searchToWire,
      fromWire: searchFromWire,
    }),
  );
  it(
    'fronts',
    roundTrip(SearchService.service.Front, fronts, {
      toWire: frontListToWire,
      fromWire: (wire) => {
        const read = frontListFromWire(wire);
        return read.ok ? { ok: true, value: read.value.fronts } : read;
      },
    }),
  );
  it(
    'a front over all targets',
    roundTrip(SearchService.service.FleetFront, fleetFront, {
      toWire: fleetFrontToWire,
      fromWire: fleetFrontFromWire,
    }),
  );
  it(
    'an exported model',
    roundTrip(SearchService.service.Export, exported, {
      toWire: exportedModelToWire,
      fromWire: exportedModelFromWire,
    }),
  );
  it(
    'a piece of a history',
    roundTrip(SearchService.service.History, piece, {
      toWire: historyToWire,
      fromWire: historyFromWire,
    }),
  );
  it(
    'an end',
    roundTrip(SearchService.service.Ends, end, { toWire: endToWire, fromWire: endFromWire }),
  );
  it(
    'proposals',
    roundTrip(SearchService.service.Propose, proposed, {
      toWire: (each) => ({ proposed: [proposedToWire(each)] }),
      fromWire: (wire) => proposedFromWire((wire as { proposed: unknown[] }).proposed[0]),
    }),
  );
  it(
    'devices',
    roundTrip(FleetService.service.ListDevices, devices, {
      toWire: deviceListToWire,
      fromWire: deviceListFromWire,
    }),
  );
  it(
    'agents',
    roundTrip(FleetService.service.ListAgents, agents, {
      toWire: agentListToWire,
      fromWire: (wire) => {
        const read = agentListFromWire(wire);
        return read.ok ? { ok: true, value: read.value.agents } : read;
      },
    }),
  );
  it(
    'a change of a benchmark',
    roundTrip(BenchmarkService.service.Run, change, {
      toWire: benchmarkToWire,
      fromWire: benchmarkFromWire,
    }),
  );
});

describe('an answer is refused with the field that is wrong:', () => {
  const [someSearch] = fc.sample(search, 1);
  const [someEnd] = fc.sample(end, 1);
  const wire = overTheWire(SearchService.service.Get, searchToWire(someSearch!)) as object;

  it.each([
    [
      'a word that this version does not know',
      { ...wire, state: 'DREAMING' },
      /^state: expected one of running, paused/,
    ],
    ['no word at all', { ...wire, state: 'STATE_UNSPECIFIED' }, /^state: expected one of/],
    ['a number that is none', { ...wire, wallMinutes: 'long' }, /^wallMinutes: /],
    ['a count below nothing', { ...wire, createdAtMs: -1 }, /^createdAtMs: /],
    ['a search without a name for it', { ...wire, searchId: '' }, /^searchId: /],
    ['nothing', undefined, /^message: /],
  ])('%s', (_, damaged, message) => {
    const read = searchFromWire(damaged);
    expect(read.ok ? '' : read.error).toMatch(message);
  });

  it('and never throws, whatever comes', () => {
    const readers = [
      searchFromWire,
      frontListFromWire,
      fleetFrontFromWire,
      historyFromWire,
      endFromWire,
      deviceListFromWire,
      benchmarkFromWire,
    ];
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...readers), (anything, read) => {
        const result = read(anything);
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 200 },
    );
  });

  it('and a noise of nothing is not an unknown one', () => {
    const known = { ...someEnd!, relativeNoise: 0 };
    const unknown = { ...someEnd!, relativeNoise: null };
    const noiseOf = (each: typeof known | typeof unknown): unknown => {
      const read = endFromWire(overTheWire(SearchService.service.Ends, endToWire(each)));
      return read.ok ? read.value.relativeNoise : read.error;
    };
    expect([noiseOf(known), noiseOf(unknown)]).toEqual([0, null]);
  });
});
