import type { DeviceWorkers } from '../../../agent/worker/device_workers';
import { startTelemetryRounds } from '../../../agent/worker/telemetry_rounds';
import { farmFault } from '../../../common/fault';
import type { Clock } from '../../../platform/time/clock';
import type { Telemetry } from '../../../proto/codec/telemetry';
import { scriptedDevice, type Script } from '../benchmark/scripted_device';

/** A clock whose sleeps end when the test says so. */
function steppedClock(): { clock: Clock; step: () => Promise<void> } {
  let wake: (() => void) | undefined;
  return {
    clock: {
      nowMs: () => 42,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          wake = resolve;
          signal?.addEventListener('abort', () => resolve(), { once: true });
        }),
    },
    step: async () => {
      wake?.();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
}

function rounds(scripts: Readonly<Record<string, Script>>, busy: readonly string[] = []) {
  const devices = Object.entries(scripts).map(([serial, script]) => {
    const device = scriptedDevice(script);
    return { device: { ...device, hardware: { ...device.hardware, serial } } };
  });
  const workers = {
    runners: () => devices,
    heldLeases: () => busy.map((deviceSerial) => ({ deviceSerial })),
  } as unknown as DeviceWorkers;
  const published: Telemetry[] = [];
  const { clock, step } = steppedClock();
  const running = startTelemetryRounds({
    agentId: 'agent',
    workers,
    clock,
    publish: (telemetry) => published.push(telemetry),
  });
  return { running, published, step };
}

describe('a round of telemetry', () => {
  it('tells the state of every idle device', async () => {
    const { running, published, step } = rounds({ P1: {}, P2: {} });
    expect(published).toEqual([]);
    await step();
    expect(published).toMatchObject([
      { agentId: 'agent', deviceSerial: 'P1', activity: 'idle', atMs: 42 },
      { deviceSerial: 'P2', state: { batteryPercent: 80 } },
    ]);
    await running.stop();
  });

  it('leaves a phone alone that measures', async () => {
    const { running, published, step } = rounds({ P1: {}, P2: {} }, ['P1']);
    await step();
    expect(published.map(({ deviceSerial }) => deviceSerial)).toEqual(['P2']);
    await running.stop();
  });

  it('goes on with the next phone where one does not answer', async () => {
    const { running, published, step } = rounds({
      P1: { readState: [farmFault('timeout', 'slow')] },
      P2: {},
    });
    await step();
    expect(published.map(({ deviceSerial }) => deviceSerial)).toEqual(['P2']);
    await running.stop();
  });

  it('follows another, until they are stopped', async () => {
    const { running, published, step } = rounds({ P1: {} });
    await step();
    await step();
    expect(published).toHaveLength(2);
    await running.stop();
    await step();
    expect(published).toHaveLength(2);
  });
});
