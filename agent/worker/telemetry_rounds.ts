import type { Clock } from '../../platform/time/clock';
import { startTicker, type Ticker } from '../../platform/time/ticker';
import type { Telemetry } from '../../proto/codec/telemetry';
import type { DeviceWorkers } from './device_workers';

interface TelemetryRoundsOptions {
  readonly agentId: string;
  readonly workers: DeviceWorkers;
  readonly clock: Clock;
  readonly publish: (telemetry: Telemetry) => void;
}

/** Often enough to see a phone warm up, seldom enough to leave it cool. */
const roundIntervalMs = 15_000;

/** Publishes the state of every idle device, round after round. A phone that measures is left alone: its job reads the state itself. */
export function startTelemetryRounds(options: TelemetryRoundsOptions): Ticker {
  return startTicker({ clock: options.clock, intervalMs: roundIntervalMs }, (shutdown) =>
    round(options, shutdown),
  );
}

/** One device after another, so that a round of 500 phones is a trickle and not a burst. */
async function round(
  { agentId, workers, clock, publish }: TelemetryRoundsOptions,
  shutdown: AbortSignal,
): Promise<void> {
  for (const { device } of workers.runners()) {
    if (shutdown.aborted) return;
    const { serial } = device.hardware;
    if (workers.heldLeases().some((lease) => lease.deviceSerial === serial)) continue;
    const state = await device.readState();
    if (state.ok)
      publish({
        agentId,
        deviceSerial: serial,
        state: state.value,
        activity: 'idle',
        atMs: clock.nowMs(),
      });
  }
}
