import {
  agentListFromWire,
  deviceListFromWire,
  deviceStatusFromWire,
  targetListFromWire,
  workerListFromWire,
  type AgentStatus,
  type DeviceStatus,
  type DeviceStatusList,
  type TargetUse,
  type WorkerStatus,
} from '../../proto/codec/fleet';
import type { FleetServiceClient } from '../../proto/generated/farm/v1/FleetService';
import type { Caller } from './caller';

/** What is on the shelf, and the operator's word about it. */
export interface FleetCalls {
  listDevices(): Promise<DeviceStatusList>;
  listAgents(): Promise<readonly AgentStatus[]>;
  listTargets(): Promise<readonly TargetUse[]>;
  listWorkers(): Promise<readonly WorkerStatus[]>;
  drain(serial: string): Promise<DeviceStatus>;
  resume(serial: string): Promise<DeviceStatus>;
  remove(serial: string): Promise<DeviceStatus>;
}

export function createFleetCalls(fleet: FleetServiceClient, caller: Caller): FleetCalls {
  return {
    listDevices: () =>
      caller.unary((deadline, done) => fleet.listDevices({}, deadline, done), deviceListFromWire),
    listAgents: async () =>
      (
        await caller.unary(
          (deadline, done) => fleet.listAgents({}, deadline, done),
          agentListFromWire,
        )
      ).agents,
    listTargets: async () =>
      (
        await caller.unary(
          (deadline, done) => fleet.listTargets({}, deadline, done),
          targetListFromWire,
        )
      ).targets,
    listWorkers: async () =>
      (
        await caller.unary(
          (deadline, done) => fleet.listWorkers({}, deadline, done),
          workerListFromWire,
        )
      ).workers,
    drain: (serial) =>
      caller.unary(
        (deadline, done) => fleet.drain({ serial }, deadline, done),
        deviceStatusFromWire,
      ),
    resume: (serial) =>
      caller.unary(
        (deadline, done) => fleet.resume({ serial }, deadline, done),
        deviceStatusFromWire,
      ),
    remove: (serial) =>
      caller.unary(
        (deadline, done) => fleet.remove({ serial }, deadline, done),
        deviceStatusFromWire,
      ),
  };
}
