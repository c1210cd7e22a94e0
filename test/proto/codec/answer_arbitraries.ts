import fc from 'fast-check';
import { units } from '../../../common/target';
import type { ListedPoint } from '../../../proto/codec/front';
import { artifact, device, line, name, unusablePhone } from './arbitraries';

/** Arbitrary answers of the coordinator, each field that may be unknown sometimes so. */
const count = fc.nat();
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0);
const amount = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).map((each) => each + 0);
const positive = fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-9 });
const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });
const list = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
  fc.array(value, { maxLength: 3 });
const word = <const Word extends string>(...words: Word[]): fc.Arbitrary<Word> =>
  fc.constantFrom(...words);
const kind = word('phone', 'virtual', 'host');
const statement = { accuracySource: line, weights: line };

export const search = fc.record({
  searchId: name,
  name: line,
  state: word('running', 'paused', 'stopped', 'finished'),
  space: line,
  strategy: line,
  seed: orNull(count),
  createdAtMs: count,
  problem: orNull(line),
  wallMinutes: amount,
  budgetShared: fc.boolean(),
  targets: list(
    fc.record({
      target: line,
      budget: orNull(count),
      ...{ measured: count, infeasible: count, abandoned: count, inFlight: count, reused: count },
      hypervolume: orNull(number),
      frontHypervolume: number,
      frontSize: count,
      phoneMinutes: amount,
      budgetPhoneMinutes: orNull(amount),
      budgetWallMinutes: orNull(amount),
      ...{ devicesBusy: count, devices: count },
      secondsLeft: orNull(amount),
      picks: list(
        fc.record({
          kind: word('fastest', 'knee', 'most-accurate'),
          architecture: line,
          latencyMs: number,
          accuracy: number,
          virtual: fc.boolean(),
        }),
      ),
      ...{ spentMeasurements: count, spentPhoneMinutes: amount },
      ...{ confirming: count, confirmed: count, confirmMinutes: amount },
      ...{ uncertain: count, virtualMeasurements: count },
    }),
  ),
});

const point: fc.Arbitrary<ListedPoint> = fc.record({
  architecture: line,
  accuracy: number,
  latencyMs: positive,
  latencyMsP5: orNull(number),
  latencyMsP95: orNull(number),
  sizeBytes: count,
  ...{ deviceSerial: line, jobId: line, artifactDigest: line, hash: line },
  caveats: list(line),
  reusedFromJobId: orNull(line),
  sessions: count,
  latencyMsLow: orNull(number),
  latencyMsHigh: orNull(number),
  trust: word('firm', 'fair', 'weak', 'virtual'),
  trustReasons: list(line),
  deviceKind: kind,
  ...{ runs: count, threads: count },
  celsiusLow: orNull(number),
  celsiusHigh: orNull(number),
});

export const fronts = list(
  fc.record({
    target: line,
    points: list(point),
    uncertain: list(point),
    hypervolume: number,
    ...statement,
  }),
);

export const fleetFront = fc.record({
  kind: word('joint', 'worst', 'weighted'),
  targets: list(line),
  points: list(
    fc.record({
      architecture: line,
      accuracy: number,
      latenciesMs: list(number),
      fleetLatencyMs: orNull(number),
      hash: line,
    }),
  ),
  virtualTargets: list(line),
  ...statement,
});

export const exported = fc.record({
  artifact,
  architecture: line,
  hash: line,
  accuracy: number,
  ...statement,
});

const measurement = fc.record({
  latencyMs: positive,
  sessionMediansMs: list(number),
  ...{ deviceSerial: line, soc: line, osBuild: line, agentVersion: line, tool: line },
  ...{ toolVersion: orNull(line), toolDigest: orNull(line), command: line, boundary: line },
  threads: count,
  ...{ celsiusBefore: orNull(number), celsiusAfter: orNull(number) },
  ...{ cpuKhzBefore: orNull(count), cpuKhzAfter: orNull(count) },
  caveats: list(line),
  ...{ startedAtMs: count, finishedAtMs: count },
  deviceKind: kind,
});

export const piece = fc.oneof(
  fc.record({
    part: fc.constant('header' as const),
    header: fc.record({
      specYaml: line,
      positions: list(
        fc.record({ name: line, choices: fc.array(line, { minLength: 1, maxLength: 3 }) }),
      ),
      targets: list(fc.record({ target: line, hypervolumes: list(number) })),
      devices: list(device),
      ...statement,
    }),
  }),
  fc.record({
    part: fc.constant('candidate' as const),
    candidate: fc.record({
      target: line,
      sequence: count,
      architecture: line,
      choices: list(count),
      features: list(number),
      accuracy: number,
      state: word('open', 'measured', 'reused', 'infeasible', 'excluded', 'abandoned', 'stopped'),
      faultCode: orNull(line),
      faultMessage: orNull(line),
      refusal: orNull(
        fc.record({
          unitAsked: fc.constantFrom(...units),
          unitFailed: orNull(fc.constantFrom(...units)),
          reason: line,
          operator: orNull(line),
        }),
      ),
      endedSequence: orNull(count),
      jobId: line,
      measurement: orNull(measurement),
      confirmations: list(measurement),
    }),
  }),
);

export const end = fc.record({
  cursor: count,
  sequence: count,
  architecture: line,
  kind: word('measured', 'reused', 'infeasible', 'abandoned'),
  accuracy: number,
  latencyMs: orNull(number),
  violation: fc.oneof(amount, fc.constant(Infinity)),
  sessions: count,
  relativeNoise: orNull(amount),
  jobId: orNull(line),
  reason: orNull(line),
  deviceKind: orNull(kind),
});

export const proposed = fc.record({
  architecture: line,
  sequence: count,
  state: word(
    'waiting',
    'beyond-budget',
    'in-flight',
    'measured',
    'reused',
    'infeasible',
    'abandoned',
  ),
});

export const devices = fc.record({
  devices: list(
    fc.record({
      description: device,
      agentId: line,
      state: word('absent', 'idle', 'leased', 'cooling', 'quarantined', 'drained'),
      detail: orNull(line),
      jobId: orNull(line),
      ...{ jobsMeasured: count, lastSeenAtMs: count },
      troubles: list(
        fc.record({
          target: line,
          state: word('resting', 'quarantined', 'retrying'),
          detail: line,
        }),
      ),
    }),
  ),
  unusablePhones: list(unusablePhone),
});

export const agents = list(
  fc.record({
    agentId: line,
    state: word('attached', 'lost', 'detached'),
    version: line,
    ...{ lastHeardAtMs: count, deviceCount: count },
  }),
);

export const change = fc.record({
  target: line,
  jobId: line,
  state: word('queued', 'leased', 'measured', 'infeasible', 'abandoned'),
  ...{ deviceSerial: orNull(line), resultJson: orNull(line), detail: orNull(line) },
});
