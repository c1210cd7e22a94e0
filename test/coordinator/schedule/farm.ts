import {
  candidateFault,
  type CandidateFaultCode,
  farmFault,
  type FarmFaultCode,
} from '../../../common/fault';
import type { DeviceDescription } from '../../../common/device';
import { defaultPlan, type Job, type Lease, type Outcome } from '../../../common/job';
import type { Measurement } from '../../../common/measurement';
import { parseTarget } from '../../../common/target';
import type { SchedulerEffect } from '../../../coordinator/schedule/event/effect';
import type { JobOwner } from '../../../coordinator/schedule/state/owner';
import type { SchedulerEvent } from '../../../coordinator/schedule/event/event';
import {
  initialState,
  type SchedulerState,
} from '../../../coordinator/schedule/state/scheduler_state';
import { step } from '../../../coordinator/schedule/step';
import { sampleNonceOf } from '../sample_fleet';

export const defaultTarget = 'sm8550/tflite/cpu/int8';

export function phone(
  serial: string,
  targets: readonly string[] = [defaultTarget],
): DeviceDescription {
  const parsed = targets.map(parseTarget);
  return {
    serial,
    kind: 'virtual',
    manufacturer: 'Example',
    model: 'Phone',
    soc: 'SM8550',
    pool: parsed[0]?.pool ?? 'sm8550',
    osBuild: 'example/1',
    abi: 'arm64-v8a',
    cpuClusters: [{ cores: [0], largestFrequencyKhz: 2_000_000 }],
    memoryBytes: 8e9,
    storageFreeBytes: 1e10,
    thermalSensors: [],
    offers: parsed.map(({ runtime, unit, precision }) => ({ runtime, unit, precision })),
    tools: [],
    missing: [],
  };
}

export function jobOf(jobId: string, target = defaultTarget, digest = `digest-of-${jobId}`): Job {
  return {
    jobId,
    target: parseTarget(target),
    artifact: { digest, sizeBytes: 1000, format: 'tflite' },
    plan: defaultPlan,
  };
}

const conditions: Measurement['conditions'] = {
  deviceSerial: 'any',
  deviceKind: 'phone',
  soc: 'SM8550',
  osBuild: 'example/1',
  agentVersion: '0',
  tool: 'benchmark_model',
  toolVersion: null,
  toolDigest: null,
  command: 'benchmark_model',
  threads: 1,
  boundary: 'Invoke()',
  unitShare: null,
  before: {
    atMs: 0,
    batteryPercent: null,
    batteryCelsius: null,
    thermalStatus: null,
    thermalStatusOverridden: false,
    celsiusBySensor: {},
    kindBySensor: {},
    batteryFrozen: false,
    cpuFrequencyKhz: [],
  },
  after: {
    atMs: 0,
    batteryPercent: null,
    batteryCelsius: null,
    thermalStatus: null,
    thermalStatusOverridden: false,
    celsiusBySensor: {},
    kindBySensor: {},
    batteryFrozen: false,
    cpuFrequencyKhz: [],
  },
  caveats: [],
};

export const measured: Outcome = {
  kind: 'measured',
  measurement: {
    latencyMs: 1,
    sessions: Array.from({ length: defaultPlan.sessions }, () => ({
      timings: { kind: 'samples', samplesMs: [1] },
      initMs: null,
      peakMemoryBytes: null,
    })),
    sessionSummaries: [],
    summary: { n: 1, minMs: 1, p5Ms: 1, p50Ms: 1, p90Ms: 1, p95Ms: 1, meanMs: 1, sdMs: 0 },
    betweenSessionsCv: null,
    conditions,
    stages: { fetchMs: 0, pushMs: 0, readinessMs: 0, measureMs: 0, cleanUpMs: 0 },
    startedAtMs: 0,
    finishedAtMs: 1,
  },
};

/** The lease as that agent would have got it. */
export function leaseFor(agentId: string, lease: Omit<Lease, 'nonce'>): Lease {
  const { jobId, deviceSerial, epoch } = lease;
  return {
    jobId,
    deviceSerial,
    epoch,
    nonce: sampleNonceOf({ agentId, jobId, deviceSerial, epoch }),
  };
}

export function farmFailure(code: FarmFaultCode): Outcome {
  return farmFault(code, 'as told by the test');
}

export function candidateFailure(code: CandidateFaultCode): Outcome {
  return candidateFault(code, 'as told by the test');
}

type WithoutTime<Event> = Event extends { readonly atMs: number } ? Omit<Event, 'atMs'> : never;

/** The scheduler with a clock and a memory, for tests that tell a story. */
export interface Farm {
  state: SchedulerState;
  nowMs: number;
  /** Of the last `send`, `after` or shorthand. */
  effects: readonly SchedulerEffect[];
  send(event: WithoutTime<SchedulerEvent>): readonly SchedulerEffect[];
  /** Lets time pass in ticks of a second at most. */
  after(durationMs: number): readonly SchedulerEffect[];
  attach(
    agentId: string,
    devices: readonly DeviceDescription[],
    heldLeases?: readonly Lease[],
  ): readonly SchedulerEffect[];
  hear(agentId: string, heldLeases?: readonly Lease[]): readonly SchedulerEffect[];
  submit(
    jobId: string,
    options?: {
      readonly target?: string;
      readonly digest?: string;
      readonly again?: boolean;
      readonly owner?: Partial<JobOwner>;
    },
  ): readonly SchedulerEffect[];
  finish(jobId: string, outcome?: Outcome): readonly SchedulerEffect[];
  leaseOf(jobId: string): Lease;
  /** Time passes while these agents live: they send heartbeats with all the leases that are theirs. */
  live(durationMs: number, agentIds: readonly string[]): readonly SchedulerEffect[];
}

export function createFarm(incarnation = 1): Farm {
  const farm: Farm = {
    state: initialState({ incarnation, nowMs: 0, nonceOf: sampleNonceOf }),
    nowMs: 0,
    effects: [],
    send(event) {
      const result = step(farm.state, { ...event, atMs: farm.nowMs });
      farm.state = result.state;
      farm.effects = result.effects;
      return result.effects;
    },
    after(durationMs) {
      const effects: SchedulerEffect[] = [];
      const endMs = farm.nowMs + durationMs;
      while (farm.nowMs < endMs) {
        farm.nowMs = Math.min(endMs, farm.nowMs + 1000);
        effects.push(...farm.send({ kind: 'tick' }));
      }
      farm.effects = effects;
      return effects;
    },
    attach: (agentId, devices, heldLeases = []) =>
      farm.send({ kind: 'agent-attached', agentId, devices, heldLeases }),
    hear: (agentId, heldLeases = []) => farm.send({ kind: 'agent-heard', agentId, heldLeases }),
    submit(jobId, { target = defaultTarget, digest, again, owner = {} } = {}) {
      const shared = digest === undefined ? jobOf(jobId, target) : jobOf(jobId, target, digest);
      const job = again === true ? { ...shared, plan: { ...shared.plan, again } } : shared;
      return farm.send({
        kind: 'job-submitted',
        job,
        owner: { ownerId: 'search', priority: 0, weight: 1, ...owner },
      });
    },
    finish(jobId, outcome = measured) {
      const lease = farm.leaseOf(jobId);
      const agentId = farm.state.leases.get(lease.deviceSerial)?.agentId ?? 'nobody';
      return farm.send({ kind: 'result-arrived', lease, agentId, outcome });
    },
    leaseOf(jobId) {
      const open = farm.state.jobs.get(jobId);
      if (open?.state.kind !== 'leased') throw new Error(`job ${jobId} is not leased`);
      return open.state.lease;
    },
    live(durationMs, agentIds) {
      const effects: SchedulerEffect[] = [];
      const endMs = farm.nowMs + durationMs;
      while (farm.nowMs < endMs) {
        effects.push(...farm.after(Math.min(3000, endMs - farm.nowMs)));
        for (const agentId of agentIds) {
          const held = [...farm.state.leases.values()]
            .filter((active) => active.agentId === agentId)
            .map((active) => active.lease);
          effects.push(...farm.hear(agentId, held));
        }
      }
      farm.effects = effects;
      return effects;
    },
  };
  return farm;
}

/** Which jobs these effects start, as `job@device`. */
export function started(effects: readonly SchedulerEffect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'run-job' ? [`${effect.job.jobId}@${effect.lease.deviceSerial}`] : [],
  );
}

export function ofKind<Kind extends SchedulerEffect['kind']>(
  effects: readonly SchedulerEffect[],
  kind: Kind,
): readonly Extract<SchedulerEffect, { readonly kind: Kind }>[] {
  return effects.filter(
    (effect): effect is Extract<SchedulerEffect, { readonly kind: Kind }> => effect.kind === kind,
  );
}

export function stateOfDevice(farm: Farm, serial: string): string {
  return farm.state.devices.get(serial)?.state.kind ?? 'unknown';
}
