import fc from 'fast-check';
import type { Measurement, Session, TimingAggregate } from '../../../common/measurement';
import { findImplausible, type MeasurementFrame } from '../../../coordinator/engine/plausibility';
import { sampleMeasurement } from '../sample_fleet';

const arrivedAtMs = Date.UTC(2026, 5, 1);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const frame: MeasurementFrame = {
  deviceSerial: 'p1',
  deviceKind: 'phone',
  arrivedAtMs,
  leaseAgeMs: 60_000,
};
const good = sampleMeasurement('p1', 4, arrivedAtMs - 2_000);

const sampled = (samplesMs: readonly number[]): Session => ({
  timings: { kind: 'samples', samplesMs },
  initMs: null,
  peakMemoryBytes: null,
});
const aggregate: TimingAggregate = {
  count: 50,
  minMs: 1,
  maxMs: 3,
  meanMs: 2,
  sdMs: 0.5,
  p5Ms: 1.1,
  p50Ms: 2,
  p95Ms: 2.9,
};
const aggregated = (changed: Partial<TimingAggregate>): Measurement => ({
  ...good,
  sessions: [
    {
      timings: { kind: 'aggregate', aggregate: { ...aggregate, ...changed } },
      initMs: null,
      peakMemoryBytes: null,
    },
  ],
});

describe('a measurement is believed', () => {
  it.each<[string, Measurement, Partial<MeasurementFrame>]>([
    ['that is in order', good, {}],
    ['of a tool that gives aggregates', aggregated({}), {}],
    [
      'of a tool that gives few of them, rounded',
      aggregated({
        minMs: 1.004,
        meanMs: 1,
        maxMs: 1.002,
        sdMs: 0,
        p5Ms: null,
        p50Ms: null,
        p95Ms: null,
      }),
      {},
    ],
    [
      'of an agent whose clock is wrong by hours',
      {
        ...good,
        startedAtMs: good.startedAtMs - 10 * hourMs,
        finishedAtMs: good.finishedAtMs - 10 * hourMs,
      },
      {},
    ],
    [
      'that a spool kept over a restart for weeks',
      sampleMeasurement('p1', 4, arrivedAtMs - 20 * dayMs),
      { leaseAgeMs: undefined },
    ],
    [
      'of a virtual phone, whose time may pass faster',
      { ...good, sessions: [sampled([1e6])] },
      { deviceKind: 'virtual' },
    ],
    [
      'with a single run that the tool rounded to nothing',
      { ...good, sessions: [sampled([0, 0.001, 0.001])] },
      {},
    ],
  ])('%s', (_, measurement, changed) => {
    expect(findImplausible(measurement, { ...frame, ...changed })).toBeUndefined();
  });
});

describe('a measurement is refused', () => {
  it.each<[string, Measurement, RegExp]>([
    [
      'that was made on another device',
      { ...good, conditions: { ...good.conditions, deviceSerial: 'p2' } },
      /made on p2, the lease is for p1/,
    ],
    [
      'that ended before it began',
      { ...good, finishedAtMs: good.startedAtMs - 1 },
      /ended before it began/,
    ],
    [
      'that began days before its job',
      { ...good, startedAtMs: arrivedAtMs - 2 * dayMs },
      /before its job/,
    ],
    ['that began in 1970', { ...good, startedAtMs: 0 }, /1970-01-01/],
    ['that ends next week', { ...good, finishedAtMs: arrivedAtMs + 7 * dayMs }, /still to come/],
    [
      'that ends after all calendars',
      { ...good, finishedAtMs: Number.MAX_SAFE_INTEGER },
      /still to come/,
    ],
    ['without sessions', { ...good, sessions: [] }, /no session/],
    [
      'with a session without samples',
      { ...good, sessions: [sampled([1]), sampled([])] },
      /no samples/,
    ],
    ['with an aggregate of no runs', aggregated({ count: 0 }), /no samples/],
    ['with a run of 1e308 ms', { ...good, sessions: [sampled([1, 1e308])] }, /a run of 1e\+308 ms/],
    ['with a run of no number', { ...good, sessions: [sampled([NaN])] }, /a run of NaN/],
    ['with a negative run', { ...good, sessions: [sampled([-1])] }, /a run of -1 ms/],
    ['with runs that took no time', { ...good, sessions: [sampled([0, 0, 0])] }, /took no time/],
    [
      'with an aggregate that took no time',
      aggregated({ minMs: 0, meanMs: 0, maxMs: 0, sdMs: 0, p5Ms: 0, p50Ms: 0, p95Ms: 0 }),
      /took no time/,
    ],
    ['with an aggregate up to 1e308 ms', aggregated({ maxMs: 1e308 }), /a run of 1e\+308 ms/],
    ['with a mean below the minimum', aggregated({ meanMs: 0.5 }), /contradict/],
    ['with a median above the maximum', aggregated({ p50Ms: 4 }), /contradict/],
    ['with quantiles in the wrong order', aggregated({ p5Ms: 2.5 }), /contradict/],
    ['with a spread beyond its range', aggregated({ sdMs: 1e308 }), /contradict/],
    [
      'with a session that began for a day',
      { ...good, sessions: [{ ...sampled([1]), initMs: dayMs }] },
      /longer to begin/,
    ],
    [
      'with a stage of 1e308 ms',
      { ...good, stages: { ...good.stages, measureMs: 1e308 } },
      /measureMs of 1e\+308/,
    ],
    [
      'with more time in its runs than it took',
      { ...good, sessions: [sampled([1_200, 1_200])] },
      /runs took 2400 ms together, the whole job 1000 ms/,
    ],
  ])('%s', (_, measurement, reason) => {
    expect(findImplausible(measurement, frame)).toMatch(reason);
  });

  it('from before this program, whenever its job began', () => {
    expect(
      findImplausible(sampleMeasurement('p1', 4, 1), { ...frame, leaseAgeMs: undefined }),
    ).toMatch(/1970-01-01/);
  });

  it('or its latency is a number that can be computed with', () => {
    const samples = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1e308, -1, 3.6e6)), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 7 }), (sessions) => {
        const measurement = { ...good, sessions: sessions.map(sampled) };
        if (findImplausible(measurement, { ...frame, deviceKind: 'virtual' }) !== undefined) return;
        expect(sessions.flat().every((sampleMs) => sampleMs >= 0 && sampleMs <= 3.6e6)).toBe(true);
        expect(sessions.every((each) => each.length > 0)).toBe(true);
      }),
    );
  });
});
