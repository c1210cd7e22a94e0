import type { Offer, Target } from './target';

export type DeviceKind = 'phone' | 'virtual' | 'host';

export interface CpuCluster {
  readonly cores: readonly number[];
  readonly largestFrequencyKhz: number;
}

/** A benchmark tool as `Conditions` names it. */
export interface DeviceTool {
  readonly name: string;
  /** Empty for what comes with the agent. */
  readonly digest: string;
  readonly agentVersion: string;
}

/** What a device is, as it was found at registration. `serial` is the device's own and survives a change of cable or port. */
export interface DeviceDescription {
  readonly serial: string;
  readonly kind: DeviceKind;
  readonly manufacturer: string;
  readonly model: string;
  readonly soc: string;
  /** The SoC in lower case unless the operator gave another name. */
  readonly pool: string;
  /** `ro.build.fingerprint`, or the operating system's name and version on the host. */
  readonly osBuild: string;
  readonly abi: string;
  readonly cpuClusters: readonly CpuCluster[];
  readonly memoryBytes: number;
  readonly storageFreeBytes: number;
  readonly thermalSensors: readonly string[];
  readonly offers: readonly Offer[];
  /** What it measures with; a measurement made with anything else would come out differently today. */
  readonly tools: readonly DeviceTool[];
  /** Why a runtime that one would expect is not offered, one line each, for `farm doctor`. */
  readonly missing: readonly string[];
}

/** A phone that adb lists but that must not be touched. */
export interface UnusablePhone {
  readonly adbSerial: string;
  readonly adbState: string;
  readonly reason: string;
  readonly remedy: string;
}

/** What a sensor is at, by Android's type of it: a chip is CPU, GPU, NPU, TPU or the whole SoC; `other` has no limit here. */
export const sensorKinds = ['chip', 'battery', 'skin', 'other'] as const;
export type SensorKind = (typeof sensorKinds)[number];

/** What can change from minute to minute and bears on a timing. */
export interface DeviceState {
  readonly atMs: number;
  readonly batteryPercent: number | null;
  readonly batteryCelsius: number | null;
  /** Android's 0 NONE to 6 SHUTDOWN. */
  readonly thermalStatus: number | null;
  /** `dumpsys thermalservice` was overridden: the status cannot be believed. */
  readonly thermalStatusOverridden: boolean;
  readonly celsiusBySensor: Readonly<Record<string, number>>;
  /** Of the same sensors. One without a kind is judged by its name; so are all of measurements before there were kinds. */
  readonly kindBySensor: Readonly<Record<string, SensorKind>>;
  /** The battery service was told to stop reading (`dumpsys battery set`, `unplug`): charge and its temperature are made up. */
  readonly batteryFrozen: boolean;
  readonly cpuFrequencyKhz: readonly number[];
}

/** Whether the device is of the target's pool and can run what it asks for. */
export function offersTarget(
  device: Pick<DeviceDescription, 'pool' | 'offers'>,
  target: Target,
): boolean {
  const { pool, runtime, unit, precision } = target;
  return (
    device.pool === pool &&
    device.offers.some(
      (offer) => offer.runtime === runtime && offer.unit === unit && offer.precision === precision,
    )
  );
}

/** All targets that the device serves. */
export function targetsOf({ pool, offers }: Pick<DeviceDescription, 'pool' | 'offers'>): Target[] {
  return offers.map((offer) => ({ pool, ...offer }));
}

/** Of the hottest sensor; null where there is none. */
export function hottestCelsius({ celsiusBySensor }: DeviceState): number | null {
  const celsius = Object.values(celsiusBySensor);
  return celsius.length === 0 ? null : Math.max(...celsius);
}
