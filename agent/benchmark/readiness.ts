import { z } from 'zod';
import type { Clock } from '../../platform/time/clock';
import type { DeviceKind, DeviceState, SensorKind } from '../../common/device';
import { farmFault, type FarmFault } from '../../common/fault';
import { ownValue } from '../../common/own_value';
import { fail, ok, type Result } from '../../common/result';

/** `readiness:` in the agent's YAML: what a phone must be like before it is timed. A sensor that a device lacks is no obstacle. */
export const readinessLimitsSchema = z
  .strictObject({
    lowestBatteryPercent: z.number().min(0).max(100).default(30),
    /** Android's status, 0 NONE to 6 SHUTDOWN. */
    highestThermalStatus: z.number().int().min(0).max(6).default(0),
    highestBatteryCelsius: z.number().min(0).max(100).default(40),
    highestSkinCelsius: z.number().min(0).max(100).default(40),
    /** For the sensors of CPU, GPU, NPU, TPU and the whole chip. */
    highestChipCelsius: z.number().min(0).max(150).default(65),
    longestWaitSeconds: z.number().min(0).max(86_400).default(600),
    pollSeconds: z.number().min(0.01).max(600).default(5),
  })
  .prefault({});

export type ReadinessLimits = z.infer<typeof readinessLimitsSchema>;

/** A machine with a fan is at home where a phone already throttles; it throttles itself a little above this. */
const highestHostChipCelsius = 95;

/** The operator's limits are a phone's; the host's chip may be hotter. */
export function limitsFor(kind: DeviceKind, limits: ReadinessLimits): ReadinessLimits {
  return kind === 'host'
    ? { ...limits, highestChipCelsius: Math.max(limits.highestChipCelsius, highestHostChipCelsius) }
    : limits;
}

type ReadinessVerdict =
  | { readonly kind: 'ready' }
  | { readonly kind: 'wait'; readonly code: 'too-hot' | 'battery-low'; readonly reason: string };

/** Whether a device in this state may be timed, and if not, why. */
export function judgeReadiness(state: DeviceState, limits: ReadinessLimits): ReadinessVerdict {
  if (state.batteryPercent !== null && state.batteryPercent < limits.lowestBatteryPercent) {
    return {
      kind: 'wait',
      code: 'battery-low',
      reason: `battery at ${String(state.batteryPercent)} %, at least ${String(limits.lowestBatteryPercent)} % is required`,
    };
  }
  if (state.thermalStatus !== null && state.thermalStatus > limits.highestThermalStatus) {
    return {
      kind: 'wait',
      code: 'too-hot',
      reason: `Android's thermal status is ${String(state.thermalStatus)}, at most ${String(limits.highestThermalStatus)} is allowed`,
    };
  }
  const hot = hottest(state, limits);
  return hot === undefined ? { kind: 'ready' } : { kind: 'wait', code: 'too-hot', reason: hot };
}

function hottest(state: DeviceState, limits: ReadinessLimits): string | undefined {
  const sensors = Object.entries(state.celsiusBySensor).map(([name, celsius]) => ({
    name,
    celsius,
    kind: ownValue(state.kindBySensor, name) ?? kindByName(name),
  }));
  if (state.batteryCelsius !== null)
    sensors.push({ name: 'battery', celsius: state.batteryCelsius, kind: 'battery' });
  const over = sensors.find(({ celsius, kind }) => celsius > limitCelsius(kind, limits));
  return over === undefined
    ? undefined
    : `${over.name} is at ${over.celsius.toFixed(1)} °C, at most ${String(limitCelsius(over.kind, limits))} °C is allowed`;
}

function limitCelsius(kind: SensorKind, limits: ReadinessLimits): number {
  switch (kind) {
    case 'chip':
      return limits.highestChipCelsius;
    case 'battery':
      return limits.highestBatteryCelsius;
    case 'skin':
      return limits.highestSkinCelsius;
    case 'other':
      return Number.POSITIVE_INFINITY;
  }
}

/** For what has no type, as the host's sensors: by the usual names. What is none of these (charge, voltage, modem) has no limit. */
function kindByName(sensor: string): SensorKind {
  if (/skin/i.test(sensor)) return 'skin';
  if (/^batt/i.test(sensor)) return 'battery';
  return /^(?:cpu|gpu|npu|nsp|tpu)/i.test(sensor) ? 'chip' : 'other';
}

export interface ReadinessWait {
  readonly clock: Clock;
  readonly limits: ReadinessLimits;
  readonly signal: AbortSignal;
  /** A state that is still fresh, so that no other need be read; null if there is none. */
  readonly recentState: DeviceState | null;
  readState(): Promise<Result<DeviceState, FarmFault>>;
}

/** Waits until the device is ready, and gives the state that was found good. After `longestWaitSeconds` it is the last reason's fault. */
export async function waitUntilReady(wait: ReadinessWait): Promise<Result<DeviceState, FarmFault>> {
  const deadlineMs = wait.clock.nowMs() + wait.limits.longestWaitSeconds * 1_000;
  let recentState = wait.recentState;
  for (;;) {
    if (wait.signal.aborted)
      return fail(farmFault('stopped', 'stopped while waiting for the device to be ready'));
    const state = recentState === null ? await wait.readState() : ok(recentState);
    if (!state.ok) return state;
    const readiness = judgeReadiness(state.value, wait.limits);
    if (readiness.kind === 'ready') return state;
    const leftMs = deadlineMs - wait.clock.nowMs();
    if (leftMs <= 0)
      return fail(
        farmFault(
          readiness.code,
          `${readiness.reason}; waited ${String(wait.limits.longestWaitSeconds)} s`,
        ),
      );
    await wait.clock.sleep(Math.min(leftMs, wait.limits.pollSeconds * 1_000), wait.signal);
    recentState = null;
  }
}
