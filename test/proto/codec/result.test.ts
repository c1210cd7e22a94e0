import fc from 'fast-check';
import type { JobResult } from '../../../common/job';
import { mostSamples } from '../../../proto/codec/measurement';
import { decodeResult, encodeResult, largestResultBytes } from '../../../proto/codec/result';
import {
  decodeTelemetry,
  encodeTelemetry,
  largestTelemetryBytes,
} from '../../../proto/codec/telemetry';
import { deviceState, jobResult, line, measurement, name } from './arbitraries';

const telemetry = fc.record({
  agentId: name,
  deviceSerial: name,
  state: deviceState,
  activity: line,
  atMs: fc.maxSafeNat(),
});
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('a result on the wire', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(jobResult, (result) =>
        expect(decodeResult(encodeResult(result))).toEqual({ ok: true, value: result }),
      ),
    );
  });

  it('is a versioned JSON document; another version is refused', () => {
    const document = JSON.parse(Buffer.from(encodeResult(sample(jobResult))).toString()) as {
      v: number;
    };
    expect(document.v).toBe(1);
    expect(decodeResult(json({ ...document, v: 2 }))).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^v: /) as string,
    });
  });

  it('says nothing of the facts of a refusal when an agent of before sent none', () => {
    const { lease, agentId, artifactDigest } = sample(jobResult);
    const old = {
      v: 1,
      lease,
      agentId,
      artifactDigest,
      outcome: { kind: 'candidate-fault', code: 'crashed', message: 'signal 11' },
    };
    expect(decodeResult(json(old))).toMatchObject({
      ok: true,
      value: { outcome: { ...old.outcome, refusal: null } },
    });
  });

  it('is refused with a refusal by a unit that there is not', () => {
    const refusal = { unitAsked: 'npu', unitFailed: 'tpu', reason: 'no', operator: null };
    const outcome = { kind: 'candidate-fault', code: 'crashed', message: 'no', refusal };
    expect(decodeResult(json({ v: 1, ...sample(jobResult), outcome }))).toMatchObject({
      ok: false,
      error: expect.stringContaining('unitFailed') as string,
    });
  });

  it('is refused, never thrown at anyone, when it is garbage', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(decodeResult(bytes).ok).toBe(false)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(decodeResult(json(value)).ok).toBe(false)),
    );
  });

  it('is refused when it was cut off', () => {
    fc.assert(
      fc.property(jobResult, fc.nat(), (result, cut) => {
        const bytes = encodeResult(result);
        expect(decodeResult(bytes.subarray(0, cut % bytes.byteLength)).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['no latency', { latencyMs: NaN }],
    ['an infinite latency', { latencyMs: Infinity }],
    ['a negative latency', { latencyMs: -1 }],
    ['no session', { sessions: [] }],
    ['a time before 1970', { startedAtMs: -1 }],
    [
      'samples that are no numbers',
      {
        sessions: [
          {
            timings: { kind: 'samples', samplesMs: [1, '2'] },
            initMs: null,
            peakMemoryBytes: null,
          },
        ],
      },
    ],
    [
      'a negative sample',
      {
        sessions: [
          { timings: { kind: 'samples', samplesMs: [1, -1] }, initMs: null, peakMemoryBytes: null },
        ],
      },
    ],
  ])('is refused with %s', (_, wrong) => {
    const result = {
      ...sample(jobResult),
      outcome: { kind: 'measured', measurement: { ...sample(measurement), ...wrong } },
    };
    expect(decodeResult(encodeResult(result as JobResult)).ok).toBe(false);
  });

  it('is refused above the size limit before anything is parsed', () => {
    expect(decodeResult(new Uint8Array(largestResultBytes + 1))).toEqual({
      ok: false,
      error: expect.stringContaining('at most') as string,
    });
  });

  it('is refused with more samples than the largest plan can make', () => {
    const session = (samples: number): object => ({
      timings: { kind: 'samples', samplesMs: Array.from({ length: samples }, () => 1) },
      initMs: null,
      peakMemoryBytes: null,
    });
    const withSamples = (...counts: number[]): JobResult =>
      ({
        ...sample(jobResult),
        outcome: {
          kind: 'measured',
          measurement: { ...sample(measurement), sessions: counts.map(session) },
        },
      }) as JobResult;
    expect(decodeResult(encodeResult(withSamples(mostSamples / 2, mostSamples / 2))).ok).toBe(true);
    expect(decodeResult(encodeResult(withSamples(mostSamples / 2, mostSamples / 2 + 1))).ok).toBe(
      false,
    );
  });
});

describe('telemetry on the wire', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(telemetry, (value) =>
        expect(decodeTelemetry(encodeTelemetry(value))).toEqual({ ok: true, value }),
      ),
    );
  });

  it('is refused when it is garbage or too large', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => expect(decodeTelemetry(bytes).ok).toBe(false)),
    );
    expect(decodeTelemetry(new Uint8Array(largestTelemetryBytes + 1)).ok).toBe(false);
  });
});

function sample<Value>(values: fc.Arbitrary<Value>): Value {
  return fc.sample(values, { numRuns: 1, seed: 7 })[0]!;
}
