import type { Logger } from '../../platform/logger';
import { decodeTelemetry, type Telemetry } from '../../proto/codec/telemetry';
import { telemetrySubjects } from '../../proto/subjects';
import type { Bus } from '../../platform/nats/bus';

/** More devices than one coordinator serves; the one heard of longest ago makes room. */
const mostDevices = 10_000;

/** The last that was heard of each device. A device that says nothing more keeps its last word: look at `atMs`. */
export interface TelemetryListener {
  latest(deviceSerial: string): Telemetry | undefined;
}

/** Listens until the bus is closed. What cannot be read is dropped. */
export function listenToTelemetry(bus: Bus, logger: Logger): TelemetryListener {
  const byDevice = new Map<string, Telemetry>();
  const remember = (telemetry: Telemetry): void => {
    // Deleted first, so that the map's order is that of hearing.
    byDevice.delete(telemetry.deviceSerial);
    byDevice.set(telemetry.deviceSerial, telemetry);
    for (const oldest of byDevice.keys()) {
      if (byDevice.size <= mostDevices) break;
      byDevice.delete(oldest);
    }
  };
  bus.connection.subscribe(telemetrySubjects, {
    callback: (error, message) => {
      if (error !== null) {
        logger.warn({ reason: error.message }, 'telemetry subscription failed');
        return;
      }
      const decoded = decodeTelemetry(message.data);
      if (decoded.ok) remember(decoded.value);
      else
        logger.debug(
          { subject: message.subject, reason: decoded.error },
          'unreadable telemetry dropped',
        );
    },
  });
  return { latest: (deviceSerial) => byDevice.get(deviceSerial) };
}
