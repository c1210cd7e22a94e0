import { encodeTelemetry, type Telemetry } from '../../proto/codec/telemetry';
import { telemetrySubject } from '../../proto/subjects';
import type { Bus } from '../../platform/nats/bus';
import type { Clock } from '../../platform/time/clock';
import { startTicker } from '../../platform/time/ticker';

/** A person cannot follow more, and 500 phones then make 2,000 small messages a second at most. */
const flushIntervalMs = 250;

/** Tells who watches how the devices are. Fire and forget: nothing is kept, nothing sent again, and nobody waits. */
interface TelemetryPublisher {
  /** Of several within a quarter of a second for one device, the last is sent. */
  publish(telemetry: Telemetry): void;
  close(): Promise<void>;
}

/** Sends until it is closed; while the broker is away, nothing is kept for it. */
export function startTelemetryPublisher(bus: Bus, clock: Clock): TelemetryPublisher {
  const latest = new Map<string, Telemetry>();
  const flush = (): void => {
    if (bus.isConnected()) {
      for (const telemetry of latest.values()) {
        bus.connection.publish(
          telemetrySubject(telemetry.agentId, telemetry.deviceSerial),
          encodeTelemetry(telemetry),
        );
      }
    }
    latest.clear();
  };
  const ticker = startTicker({ clock, intervalMs: flushIntervalMs }, flush);
  return {
    publish: (telemetry) => void latest.set(telemetry.deviceSerial, telemetry),
    close: async () => {
      await ticker.stop();
      flush();
    },
  };
}
