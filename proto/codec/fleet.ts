import { z } from 'zod';
import type { Result } from '../../common/result';
import type { AgentList as WireAgentList } from '../generated/farm/v1/AgentList';
import type { Device as WireDevice } from '../generated/farm/v1/Device';
import type { DeviceList as WireDeviceList } from '../generated/farm/v1/DeviceList';
import type { WorkerList as WireWorkerList } from '../generated/farm/v1/WorkerList';
import { deviceSchema, deviceToWire, unusablePhoneSchema } from './device';
import { countField, listField, readField } from './field';
import { optionalField, present } from './optional';
import { wordCodec } from './word';

const deviceState = wordCodec(['absent', 'idle', 'leased', 'cooling', 'quarantined', 'drained']);
const troubleState = wordCodec(['resting', 'quarantined', 'retrying']);
const agentState = wordCodec(['attached', 'lost', 'detached']);

/** Far beyond any shelf. */
const mostOfAny = 100_000;

const deviceStatusSchema = z.object({
  description: deviceSchema,
  agentId: z.string(),
  state: deviceState.field,
  detail: optionalField(z.string()),
  jobId: optionalField(z.string()),
  jobsMeasured: countField,
  lastSeenAtMs: countField,
  troubles: listField(
    z.object({ target: z.string(), state: troubleState.field, detail: z.string() }),
  ),
});

const deviceListSchema = z.object({
  devices: listField(deviceStatusSchema, mostOfAny),
  unusablePhones: listField(unusablePhoneSchema, mostOfAny),
});

const agentListSchema = z.object({
  agents: listField(
    z.object({
      agentId: z.string(),
      state: agentState.field,
      version: z.string(),
      lastHeardAtMs: countField,
      deviceCount: countField,
    }),
    mostOfAny,
  ),
});

const targetListSchema = z.object({
  targets: listField(
    z.object({
      target: z.string(),
      devicesIdle: countField,
      devicesBusy: countField,
      devicesUnavailable: countField,
      jobsQueued: countField,
      devicesQuarantined: countField,
      devicesVirtual: countField,
    }),
    mostOfAny,
  ),
});

const workerListSchema = z.object({
  workers: listField(
    z.object({
      name: z.string(),
      pid: countField,
      busy: z.boolean(),
      residentBytes: optionalField(countField),
      largestHeapBytes: countField,
    }),
  ),
});

/** A device as `farm devices` tells it; null is what does not apply. proto/farm/v1/fleet.proto says what each field means. */
export type DeviceStatus = Readonly<z.infer<typeof deviceStatusSchema>>;
export type DeviceStatusList = Readonly<z.infer<typeof deviceListSchema>>;
export type AgentStatus = Readonly<z.infer<typeof agentListSchema>['agents'][number]>;
export type WorkerStatus = Readonly<z.infer<typeof workerListSchema>['workers'][number]>;
export type TargetUse = Readonly<z.infer<typeof targetListSchema>['targets'][number]>;

export function deviceStatusToWire({ description, troubles, ...device }: DeviceStatus): WireDevice {
  return {
    ...present(device),
    state: deviceState.toWire(device.state),
    description: deviceToWire(description),
    troubles: troubles.map((each) => ({ ...each, state: troubleState.toWire(each.state) })),
  };
}

/** The error names the field that is wrong. */
export function deviceStatusFromWire(wire: unknown): Result<DeviceStatus, string> {
  return readField(deviceStatusSchema, wire);
}

export function deviceListToWire({ devices, unusablePhones }: DeviceStatusList): WireDeviceList {
  return { devices: devices.map(deviceStatusToWire), unusablePhones };
}

/** The error names the field that is wrong. */
export function deviceListFromWire(wire: unknown): Result<DeviceStatusList, string> {
  return readField(deviceListSchema, wire);
}

export function agentListToWire(agents: readonly AgentStatus[]): WireAgentList {
  return { agents: agents.map((each) => ({ ...each, state: agentState.toWire(each.state) })) };
}

/** The error names the field that is wrong. */
export function agentListFromWire(
  wire: unknown,
): Result<{ readonly agents: readonly AgentStatus[] }, string> {
  return readField(agentListSchema, wire);
}

/** The error names the field that is wrong. */
export function targetListFromWire(
  wire: unknown,
): Result<{ readonly targets: readonly TargetUse[] }, string> {
  return readField(targetListSchema, wire);
}

export function workerListToWire(workers: readonly WorkerStatus[]): WireWorkerList {
  return { workers: workers.map(present) };
}

/** The error names the field that is wrong. */
export function workerListFromWire(
  wire: unknown,
): Result<{ readonly workers: readonly WorkerStatus[] }, string> {
  return readField(workerListSchema, wire);
}
