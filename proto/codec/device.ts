import { z } from 'zod';
import { isPoolName, precisions, runtimes, units } from '../../common/target';
import type { DeviceDescription, UnusablePhone } from '../../common/device';
import type { DeviceDescription as WireDevice } from '../generated/farm/v1/DeviceDescription';
import type { UnusablePhone as WireUnusablePhone } from '../generated/farm/v1/UnusablePhone';
import { countField, lineField, listField, nameField } from './field';

const offerSchema = z.object({
  runtime: z.enum(runtimes),
  unit: z.enum(units),
  precision: z.enum(precisions),
});
const toolSchema = z.object({ name: nameField, digest: lineField, agentVersion: lineField });
const cpuClusterSchema = z.object({
  cores: listField(countField),
  largestFrequencyKhz: countField,
});

export const deviceSchema: z.ZodType<DeviceDescription> = z.object({
  serial: nameField,
  kind: z.enum(['phone', 'virtual', 'host']),
  manufacturer: lineField,
  model: lineField,
  soc: lineField,
  pool: z.string().refine(isPoolName, 'is no pool name'),
  osBuild: lineField,
  abi: lineField,
  cpuClusters: listField(cpuClusterSchema),
  memoryBytes: countField,
  storageFreeBytes: countField,
  thermalSensors: listField(lineField),
  offers: listField(offerSchema),
  // What the ledger kept of devices before tools were told has none.
  tools: listField(toolSchema).default([]),
  missing: listField(lineField),
});

export const unusablePhoneSchema: z.ZodType<UnusablePhone> = z.object({
  adbSerial: nameField,
  adbState: lineField,
  reason: lineField,
  remedy: lineField,
});

export function deviceToWire(device: DeviceDescription): WireDevice {
  return {
    ...device,
    cpuClusters: device.cpuClusters.map((cluster) => ({ ...cluster, cores: [...cluster.cores] })),
    thermalSensors: [...device.thermalSensors],
    offers: [...device.offers],
    tools: [...device.tools],
    missing: [...device.missing],
  };
}

export function unusablePhoneToWire(phone: UnusablePhone): WireUnusablePhone {
  return { ...phone };
}
