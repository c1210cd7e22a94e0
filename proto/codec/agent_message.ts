import { z } from 'zod';
import { unreachable } from '../../common/assert';
import type { DeviceDescription, UnusablePhone } from '../../common/device';
import type { Lease } from '../../common/job';
import { fail, type Result } from '../../common/result';
import type {
  AgentMessage as WireMessage,
  AgentMessage__Output as WireMessageOutput,
} from '../generated/farm/v1/AgentMessage';
import type { FarmServices } from '../service';
import { countInnerFields } from '../wire_fields';
import { deviceSchema, deviceToWire, unusablePhoneSchema, unusablePhoneToWire } from './device';
import { lineField, listField, nameField, readField } from './field';
import { leaseSchema, leaseToWire } from './job';

/** More phones than any one adb server carries, virtual ones included. */
const mostDevicesPerAgent = 4_096;
/** Leases at work and results in the spool of one agent; a spool that holds more is full. */
const mostHeldLeases = 20_000;

/** All of them, and an agent's name and version. */
const mostParts = 2 * mostDevicesPerAgent + mostHeldLeases + 2;

/** What an agent says on its stream. */
export type AgentMessage =
  /** First and complete: whatever the coordinator believed of this agent before is replaced by it. */
  | {
      readonly kind: 'hello';
      readonly agentId: string;
      readonly version: string;
      readonly devices: readonly DeviceDescription[];
      readonly unusablePhones: readonly UnusablePhone[];
      readonly heldLeases: readonly Lease[];
    }
  | { readonly kind: 'heartbeat'; readonly heldLeases: readonly Lease[] }
  | { readonly kind: 'device-attached'; readonly device: DeviceDescription }
  | { readonly kind: 'device-detached'; readonly deviceSerial: string; readonly reason: string }
  | { readonly kind: 'unusable-phones'; readonly phones: readonly UnusablePhone[] };

const devicesField = listField(deviceSchema, mostDevicesPerAgent);
const phonesField = listField(unusablePhoneSchema, mostDevicesPerAgent);
const leasesField = listField(leaseSchema, mostHeldLeases);

const wireSchema = z.discriminatedUnion('message', [
  z.object({
    message: z.literal('hello'),
    hello: z.object({
      agentId: nameField,
      version: lineField,
      devices: devicesField,
      unusablePhones: phonesField,
      heldLeases: leasesField,
    }),
  }),
  z.object({ message: z.literal('heartbeat'), heartbeat: z.object({ heldLeases: leasesField }) }),
  z.object({
    message: z.literal('deviceAttached'),
    deviceAttached: z.object({ device: deviceSchema }),
  }),
  z.object({
    message: z.literal('deviceDetached'),
    deviceDetached: z.object({ serial: nameField, reason: lineField }),
  }),
  z.object({
    message: z.literal('unusablePhones'),
    unusablePhones: z.object({ phones: phonesField }),
  }),
]);

const messageSchema = wireSchema.transform((wire): AgentMessage => {
  switch (wire.message) {
    case 'hello':
      return { kind: 'hello', ...wire.hello };
    case 'heartbeat':
      return { kind: 'heartbeat', ...wire.heartbeat };
    case 'deviceAttached':
      return { kind: 'device-attached', ...wire.deviceAttached };
    case 'deviceDetached':
      return {
        kind: 'device-detached',
        deviceSerial: wire.deviceDetached.serial,
        reason: wire.deviceDetached.reason,
      };
    case 'unusablePhones':
      return { kind: 'unusable-phones', ...wire.unusablePhones };
    default:
      return unreachable(wire);
  }
});

export function agentMessageToWire(message: AgentMessage): WireMessage {
  switch (message.kind) {
    case 'hello':
      return {
        hello: {
          agentId: message.agentId,
          version: message.version,
          devices: message.devices.map(deviceToWire),
          unusablePhones: message.unusablePhones.map(unusablePhoneToWire),
          heldLeases: message.heldLeases.map(leaseToWire),
        },
      };
    case 'heartbeat':
      return { heartbeat: { heldLeases: message.heldLeases.map(leaseToWire) } };
    case 'device-attached':
      return { deviceAttached: { device: deviceToWire(message.device) } };
    case 'device-detached':
      return { deviceDetached: { serial: message.deviceSerial, reason: message.reason } };
    case 'unusable-phones':
      return { unusablePhones: { phones: message.phones.map(unusablePhoneToWire) } };
    default:
      return unreachable(message);
  }
}

/** As `agentMessageFromWire`, of protobuf bytes. Never throws. */
export function decodeAgentMessage(
  bytes: Buffer,
  { AgentService }: FarmServices,
): Result<AgentMessage, string> {
  if (countInnerFields(bytes, mostParts) > mostParts)
    return fail(`more than ${String(mostParts)} devices, phones and leases`);
  try {
    return agentMessageFromWire(AgentService.service.Attach.requestDeserialize(bytes));
  } catch {
    return fail('is no message of farm.v1.AgentService');
  }
}

/** The error names the field that is wrong; a message of a kind that this version does not know is an error too. */
export function agentMessageFromWire(wire: WireMessageOutput): Result<AgentMessage, string> {
  return readField(messageSchema, wire);
}
