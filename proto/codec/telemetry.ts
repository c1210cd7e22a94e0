import { z } from 'zod';
import type { DeviceState } from '../../common/device';
import type { Result } from '../../common/result';
import { countField, lineField, nameField } from './field';
import { decodeJson, encodeJson } from './json';
import { deviceStateSchema } from './measurement';

/** A device's state with a thousand sensors; more is no telemetry. */
export const largestTelemetryBytes = 256 * 1024;

const telemetryVersion = 1;

/** How a device is right now, for people who watch. Lost messages are not resent. */
export interface Telemetry {
  readonly agentId: string;
  readonly deviceSerial: string;
  readonly state: DeviceState;
  /** What the agent does with the device, in a word or two: `idle`, `push`, `measure`. */
  readonly activity: string;
  readonly atMs: number;
}

const documentSchema = z
  .object({
    v: z.literal(telemetryVersion),
    agentId: nameField,
    deviceSerial: nameField,
    state: deviceStateSchema,
    activity: lineField,
    atMs: countField,
  })
  .transform(({ agentId, deviceSerial, state, activity, atMs }): Telemetry => ({
    agentId,
    deviceSerial,
    state,
    activity,
    atMs,
  }));

/** JSON, so that anybody can read along. */
export function encodeTelemetry(telemetry: Telemetry): Uint8Array {
  return encodeJson({ v: telemetryVersion, ...telemetry });
}

/** Never throws; the error names the field that is wrong. */
export function decodeTelemetry(bytes: Uint8Array): Result<Telemetry, string> {
  return decodeJson(bytes, documentSchema, largestTelemetryBytes);
}
