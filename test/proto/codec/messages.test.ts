import fc from 'fast-check';
import { planLimits } from '../../../common/job';
import {
  agentMessageFromWire,
  decodeAgentMessage,
  agentMessageToWire,
  type AgentMessage,
} from '../../../proto/codec/agent_message';
import {
  coordinatorMessageFromWire,
  coordinatorMessageToWire,
  type CoordinatorMessage,
} from '../../../proto/codec/coordinator_message';
import {
  deviceSchema,
  deviceToWire,
  unusablePhoneSchema,
  unusablePhoneToWire,
} from '../../../proto/codec/device';
import { longestList, longestName, readField } from '../../../proto/codec/field';
import {
  artifactFromWire,
  artifactToWire,
  jobSchema,
  jobToWire,
  leaseSchema,
  leaseToWire,
  planFromWire,
  planToWire,
} from '../../../proto/codec/job';
import type { AgentMessage__Output } from '../../../proto/generated/farm/v1/AgentMessage';
import type { CoordinatorMessage__Output } from '../../../proto/generated/farm/v1/CoordinatorMessage';
import { loadFarmServices } from '../../../proto/service';
import { artifact, device, job, lease, line, name, plan, unusablePhone } from './arbitraries';

const { Attach: attach } = loadFarmServices().AgentService.service;

const agentMessage: fc.Arbitrary<AgentMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('hello' as const),
    agentId: name,
    version: line,
    devices: fc.array(device, { maxLength: 3 }),
    unusablePhones: fc.array(unusablePhone, { maxLength: 3 }),
    heldLeases: fc.array(lease, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('heartbeat' as const),
    heldLeases: fc.array(lease, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('device-attached' as const), device }),
  fc.record({ kind: fc.constant('device-detached' as const), deviceSerial: name, reason: line }),
  fc.record({
    kind: fc.constant('unusable-phones' as const),
    phones: fc.array(unusablePhone, { maxLength: 3 }),
  }),
);
const coordinatorMessage: fc.Arbitrary<CoordinatorMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('welcome' as const),
    heartbeatIntervalMs: fc.integer({ min: 10, max: 600_000 }),
  }),
  fc.tuple(job, lease).map(([work, granted]) => ({
    kind: 'run-job' as const,
    job: work,
    lease: { ...granted, jobId: work.jobId },
  })),
  fc.record({ kind: fc.constant('stop-job' as const), lease }),
  fc.record({ kind: fc.constant('prefetch-artifact' as const), artifact }),
);

describe('messages between agent and coordinator', () => {
  it('come out of real protobuf bytes as they went in, from the agent', () => {
    fc.assert(
      fc.property(agentMessage, (message) => {
        const bytes = attach.requestSerialize(agentMessageToWire(message));
        expect(agentMessageFromWire(attach.requestDeserialize(bytes))).toEqual({
          ok: true,
          value: message,
        });
      }),
    );
  });

  it('come out of real protobuf bytes as they went in, from the coordinator', () => {
    fc.assert(
      fc.property(coordinatorMessage, (message) => {
        const bytes = attach.responseSerialize(coordinatorMessageToWire(message));
        expect(coordinatorMessageFromWire(attach.responseDeserialize(bytes))).toEqual({
          ok: true,
          value: message,
        });
      }),
    );
  });

  it('never throw on garbage, and never pass it on', () => {
    fc.assert(
      fc.property(fc.anything(), (garbage) => {
        expect(agentMessageFromWire(garbage as AgentMessage__Output).ok).toBe(false);
        expect(coordinatorMessageFromWire(garbage as CoordinatorMessage__Output).ok).toBe(false);
      }),
    );
  });

  it('are refused when any field of a good one is garbage, unless it still is what the contract says', () => {
    fc.assert(
      fc.property(
        agentMessage,
        fc.integer({ min: 0 }),
        fc.constantFrom(NaN, -1, null, 'x'.repeat(5_000), Infinity, 0.5, {}),
        (message, which, garbage) => {
          const wire = attach.requestDeserialize(
            attach.requestSerialize(agentMessageToWire(message)),
          );
          const { places, set } = leaves(wire);
          set(places[which % places.length]!, garbage);
          expect(agentMessageFromWire(wire).ok).toBe(false);
        },
      ),
    );
  });

  it('from an agent are not decoded where two bytes each make a device', () => {
    const services = loadFarmServices();
    const devices = Buffer.alloc(80_000, Buffer.from([0x1a, 0]));
    expect(
      decodeAgentMessage(Buffer.concat([Buffer.from([0x0a, 0x80, 0xf1, 0x04]), devices]), services),
    ).toEqual({ ok: false, error: 'more than 28194 devices, phones and leases' });
    expect(decodeAgentMessage(Buffer.from([0x0a, 0x7f]), services)).toEqual({
      ok: false,
      error: 'is no message of farm.v1.AgentService',
    });
  });

  it('of a kind that this version does not know are an error, not a crash', () => {
    expect(agentMessageFromWire({})).toMatchObject({ ok: false });
    expect(coordinatorMessageFromWire({})).toMatchObject({ ok: false });
  });

  it('refuse a lease that belongs to another job', () => {
    fc.assert(
      fc.property(job, lease, (work, granted) => {
        const wire = {
          message: 'runJob',
          runJob: {
            job: jobToWire(work),
            lease: leaseToWire({ ...granted, jobId: `${work.jobId}x` }),
          },
        };
        expect(coordinatorMessageFromWire(wire as CoordinatorMessage__Output)).toEqual({
          ok: false,
          error: 'runJob: the lease is of another job',
        });
      }),
    );
  });
});

describe('parts of messages', () => {
  it('round trip on their own', () => {
    const roundTrips = <Value>(
      values: fc.Arbitrary<Value>,
      there: (value: Value) => unknown,
      back: (wire: never) => unknown,
    ): void =>
      fc.assert(
        fc.property(values, (value) =>
          expect(back(there(value) as never)).toEqual({ ok: true, value }),
        ),
      );
    roundTrips(device, deviceToWire, (wire) => readField(deviceSchema, wire));
    roundTrips(unusablePhone, unusablePhoneToWire, (wire) => readField(unusablePhoneSchema, wire));
    roundTrips(artifact, artifactToWire, artifactFromWire);
    roundTrips(plan, planToWire, planFromWire);
    roundTrips(job, jobToWire, (wire) => readField(jobSchema, wire));
    roundTrips(lease, leaseToWire, (wire) => readField(leaseSchema, wire));
  });

  it.each([
    ['an empty serial', { serial: '' }, 'serial'],
    ['a serial with a line break', { serial: 'a\nb' }, 'serial'],
    ['an over-long serial', { serial: 'x'.repeat(longestName + 1) }, 'serial'],
    ['a kind that does not exist', { kind: 'toaster' }, 'kind'],
    ['a pool with capitals', { pool: 'SM8550' }, 'pool'],
    ['negative memory', { memoryBytes: -1 }, 'memoryBytes'],
    ['more memory than a number can count', { memoryBytes: 2 ** 60 }, 'memoryBytes'],
    [
      'an offer that does not exist',
      { offers: [{ runtime: 'tflite', unit: 'abacus', precision: 'int8' }] },
      'offers.0.unit',
    ],
    [
      'too many sensors',
      { thermalSensors: Array.from({ length: longestList + 1 }, () => 's') },
      'thermalSensors',
    ],
  ])('refuse %s and name the field', (_, wrong, field) => {
    const good = deviceToWire(fc.sample(device, { numRuns: 1, seed: 1 })[0]!);
    const decoded = readField(deviceSchema, { ...good, ...wrong });
    expect(decoded.ok ? '' : decoded.error).toMatch(new RegExp(`^${field}: `));
  });

  it('hold a plan to the limits that a user is held to', () => {
    fc.assert(
      fc.property(
        plan,
        fc.constantFrom('sessions', 'runs', 'warmupRuns', 'threads', 'sessionDeadlineMs'),
        (good, field) => {
          expect(
            planFromWire({ ...good, decisionMs: 0, [field]: planLimits[field].max + 1 }).ok,
          ).toBe(false);
          expect(
            planFromWire({ ...good, decisionMs: 0, [field]: planLimits[field].min - 1 }).ok,
          ).toBe(false);
        },
      ),
    );
  });

  it('explain an unknown target as a user would want it explained', () => {
    const good = jobToWire(fc.sample(job, { numRuns: 1, seed: 1 })[0]!);
    const decoded = readField(jobSchema, { ...good, target: 'sm8550/tflite/npu' });
    expect(decoded.ok ? '' : decoded.error).toContain(
      'target: target "sm8550/tflite/npu": it needs four parts',
    );
  });
});

type Place = readonly [container: Record<string, unknown>, key: string];

/** Every place in a decoded message that holds a string or a number. */
function leaves(root: object): {
  readonly places: readonly Place[];
  readonly set: (place: Place, value: unknown) => void;
} {
  const places: Place[] = [];
  const visit = (container: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(container)) {
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
      else places.push([container, key]);
    }
  };
  visit(root as Record<string, unknown>);
  return { places, set: ([container, key], value) => void Reflect.set(container, key, value) };
}
