import { assert } from '../../../common/assert';
import type { DeviceDescription, DeviceState } from '../../../common/device';
import type { FarmObserver } from '../../../coordinator/engine/farm_observer';
import { createFarmMetrics, type FarmMetrics } from '../../../coordinator/observe/farm_metrics';
import { FleetView } from '../../../coordinator/views/fleet/fleet_view';
import { step } from '../../../coordinator/schedule/step';
import { initialState } from '../../../coordinator/schedule/state/scheduler_state';
import type { Telemetry } from '../../../proto/codec/telemetry';
import {
  measuredResult,
  sampleJob,
  sampleNonceOf,
  samplePhones,
  sampleTarget,
} from '../sample_fleet';

const lease = { jobId: 'one', deviceSerial: 'phone', epoch: 1, nonce: 'n' };
const measured = measuredResult(lease, 'shelf').outcome;
const fault = { kind: 'farm-fault', code: 'timeout', message: 'too slow' } as const;

describe('farm metrics', () => {
  let metrics: FarmMetrics;
  let observer: FarmObserver;
  beforeEach(() => {
    metrics = createFarmMetrics();
    observer = metrics.observer;
  });
  const value = async (line: string): Promise<number | undefined> => {
    const found = (await metrics.page()).text
      .split('\n')
      .find((each) => each.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.slice(line.length + 1));
  };
  const send = (jobId: string, epoch: number, atMs: number): void =>
    observer.jobSent({ job: sampleJob(jobId), lease: { ...lease, jobId, epoch }, atMs });

  it('measures dispatch from when the device was free and the job was there', async () => {
    observer.jobSubmitted('one', 0);
    observer.jobSubmitted('two', 0);
    send('one', 1, 100);
    observer.attemptRecorded({ lease, outcome: measured, atMs: 1_000 });
    send('two', 2, 1_004);
    expect(await value('farm_dispatch_seconds_count')).toBe(1);
    expect(await value('farm_dispatch_seconds_sum')).toBeCloseTo(0.004);
    observer.attemptRecorded({
      lease: { ...lease, jobId: 'two', epoch: 2 },
      outcome: measured,
      atMs: 2_000,
    });
    // The device idled for want of work: that is no delay of the dispatch.
    observer.jobSubmitted('three', 9_000);
    send('three', 3, 9_001);
    expect(await value('farm_dispatch_seconds_sum')).toBeCloseTo(0.005);
  });

  it('does not count the rest after a fault as delay', async () => {
    observer.jobSubmitted('one', 0);
    send('one', 1, 0);
    observer.attemptRecorded({ lease, outcome: fault, atMs: 10 });
    send('one', 2, 60_000);
    expect(await value('farm_dispatch_seconds_count')).toBe(0);
  });

  it('counts outcomes, and the time of each device', async () => {
    send('one', 1, 0);
    observer.attemptRecorded({ lease, outcome: measured, atMs: 2_500 });
    observer.attemptRecorded({ lease: { ...lease, epoch: 2 }, outcome: fault, atMs: 3_000 });
    observer.resultDiscarded('stale');
    observer.resultDiscarded('forged');
    observer.resultImplausible();
    expect(await value('farm_results_total{outcome="measured"}')).toBe(1);
    expect(await value('farm_results_total{outcome="farm-fault:timeout"}')).toBe(1);
    expect(await value('farm_results_total{outcome="discarded"}')).toBe(1);
    expect(await value('farm_results_refused_total{cause="forged"}')).toBe(1);
    expect(await value('farm_results_refused_total{cause="implausible"}')).toBe(1);
    expect(await value('farm_device_leased_seconds_total{serial="phone",pool="sm8550"}')).toBe(2.5);
    expect(await value('farm_device_measuring_seconds_total{serial="phone",pool="sm8550"}')).toBe(
      1,
    );
  });

  it('shows devices and jobs as the scheduler has them, and forgets what is gone', async () => {
    let state = initialState({ incarnation: 1, nowMs: 0, nonceOf: sampleNonceOf });
    metrics.show({
      fleet: new FleetView(() => state),
      searches: () => [],
      isNatsConnected: () => false,
      telemetry: { latest: () => undefined },
      artifacts: () => ({ bytes: 3e9, count: 7 }),
      results: { undecodableCount: () => 2 },
    });
    const owner = { ownerId: 'owner', priority: 0, weight: 1 };
    state = step(state, {
      kind: 'agent-attached',
      atMs: 1,
      agentId: 'shelf',
      devices: samplePhones(2),
      heldLeases: [],
    }).state;
    for (const jobId of ['one', 'two', 'three'])
      state = step(state, {
        kind: 'job-submitted',
        atMs: 2,
        job: sampleJob(jobId, `digest of ${jobId}`),
        owner,
      }).state;
    expect(await value('farm_artifact_store_bytes')).toBe(3e9);
    expect(await value('farm_artifacts')).toBe(7);
    expect(await value('farm_devices{pool="sm8550",state="leased"}')).toBe(2);
    expect(await value(`farm_jobs{target="${sampleTarget}",state="leased"}`)).toBe(2);
    expect(await value(`farm_jobs{target="${sampleTarget}",state="queued"}`)).toBe(1);
    expect(await value('farm_utilisation_ratio')).toBe(1);
    expect(await value('farm_nats_connected')).toBe(0);
    expect(await value('farm_results_unreadable')).toBe(2);
    state = step(state, { kind: 'owner-ended', atMs: 3, ownerId: owner.ownerId }).state;
    expect(await value('farm_devices{pool="sm8550",state="leased"}')).toBeUndefined();
    expect(await value('farm_leases')).toBe(0);
    state = { ...state, endedCounts: { measured: 3, reused: 0, infeasible: 1, abandoned: 0 } };
    expect(await value('farm_jobs_ended{state="measured"}')).toBe(3);
    expect(await value('farm_jobs_ended{state="abandoned"}')).toBe(0);
  });

  it('shows the last known state of attached devices', async () => {
    const [first, second] = samplePhones(2);
    assert(first !== undefined && second !== undefined, 'two phones');
    const deviceState = {
      atMs: 5_000,
      batteryPercent: 80,
      batteryCelsius: 31,
      thermalStatus: 1,
      thermalStatusOverridden: false,
      celsiusBySensor: { skin: 36, cpu0: 58 },
      kindBySensor: {},
      batteryFrozen: false,
      cpuFrequencyKhz: [],
    };
    const states = new Map<string, DeviceState>([
      [first.serial, deviceState],
      // A device without sensors, as the host may be.
      [second.serial, { ...deviceState, batteryPercent: null, celsiusBySensor: {} }],
    ]);
    const latest = (deviceSerial: string): Telemetry | undefined => {
      const found = states.get(deviceSerial);
      return (
        found && { agentId: 'shelf', deviceSerial, activity: 'idle', atMs: 6_000, state: found }
      );
    };
    let { state } = step(initialState({ incarnation: 1, nowMs: 0, nonceOf: sampleNonceOf }), {
      kind: 'agent-attached',
      atMs: 1,
      agentId: 'shelf',
      devices: [first, second],
      heldLeases: [],
    });
    metrics.show({
      fleet: new FleetView(() => state),
      searches: () => [],
      isNatsConnected: () => true,
      telemetry: { latest },
      artifacts: () => ({ bytes: 3e9, count: 7 }),
      results: { undecodableCount: () => 0 },
    });
    const of = (name: string, { serial, pool }: DeviceDescription): Promise<number | undefined> =>
      value(`farm_device_${name}{serial="${serial}",pool="${pool}"}`);
    expect(await of('battery_percent', first)).toBe(80);
    expect(await of('battery_celsius', first)).toBe(31);
    expect(await of('hottest_celsius', first)).toBe(58);
    expect(await of('thermal_status', first)).toBe(1);
    expect(await of('read_timestamp_seconds', first)).toBe(5);
    expect(await of('battery_percent', second)).toBeUndefined();
    expect(await of('hottest_celsius', second)).toBeUndefined();
    state = step(state, {
      kind: 'device-detached',
      atMs: 2,
      agentId: 'shelf',
      deviceSerial: first.serial,
      reason: 'unplugged',
    }).state;
    expect(await of('battery_percent', first)).toBeUndefined();
    expect(await of('battery_celsius', second)).toBe(31);
  });
});
