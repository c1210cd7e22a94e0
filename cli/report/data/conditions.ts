import type { ReportCandidate, ReportInput, ReportMeasurement } from './report_input';
import { deviceName } from '../../output/device_name';

/** One device at work for the search. */
export interface DeviceUse {
  readonly serial: string;
  /** As it told with its measurements. */
  readonly kind: ReportMeasurement['deviceKind'];
  /** Maker and model; empty when it is no longer registered. */
  readonly model: string;
  readonly soc: string;
  readonly osBuilds: readonly string[];
  /** Measurements, confirmations included. */
  readonly measured: number;
  /** Least and most before and after its measurements; undefined where it has no sensor. */
  readonly celsius: readonly [number, number] | undefined;
  readonly cpuKhz: readonly [number, number] | undefined;
}

/** What measured on one target, and how. */
export interface ToolUse {
  readonly target: string;
  readonly tool: string;
  readonly toolVersion: string | null;
  readonly toolDigest: string | null;
  readonly agentVersion: string;
  readonly threads: number;
  readonly boundary: string;
  /** Of one of the measurements. */
  readonly command: string;
  readonly measured: number;
}

export interface CaveatUse {
  readonly target: string;
  readonly caveat: string;
  readonly count: number;
}

interface Made {
  readonly target: string;
  readonly measurement: ReportMeasurement;
}

/** Those that made the measurements that count, reused ones included; the busiest first. */
export function devicesAtWork(
  candidates: readonly ReportCandidate[],
  registered: ReportInput['header']['devices'],
): readonly DeviceUse[] {
  const known = new Map(registered.map((device) => [device.serial, device]));
  const groups = groupBy(made(candidates), ({ measurement }) => measurement.deviceSerial);
  return groups.map(([serial, uses]): DeviceUse => {
    const measurements = uses.map(({ measurement }) => measurement);
    const device = known.get(serial);
    return {
      serial,
      kind: uses[0]?.measurement.deviceKind ?? 'phone',
      model: device === undefined ? '' : deviceName(device),
      soc: measurements[0]?.soc ?? '',
      osBuilds: [...new Set(measurements.map(({ osBuild }) => osBuild))],
      measured: measurements.length,
      celsius: range(
        measurements.flatMap(({ celsiusBefore, celsiusAfter }) => [celsiusBefore, celsiusAfter]),
      ),
      cpuKhz: range(
        measurements.flatMap(({ cpuKhzBefore, cpuKhzAfter }) => [cpuKhzBefore, cpuKhzAfter]),
      ),
    };
  });
}

/** Each combination of tool, versions, threads and boundary; more than one for a target means that its numbers are not of one kind. */
export function toolsAtWork(candidates: readonly ReportCandidate[]): readonly ToolUse[] {
  const key = ({
    target,
    measurement: { tool, toolVersion, toolDigest, agentVersion, threads, boundary },
  }: Made): string =>
    JSON.stringify([target, tool, toolVersion, toolDigest, agentVersion, threads, boundary]);
  return groupBy(made(candidates), key).flatMap(([, uses]) =>
    uses
      .slice(0, 1)
      .map(({ target, measurement }) => ({ target, ...measurement, measured: uses.length })),
  );
}

export function caveatsByTarget(candidates: readonly ReportCandidate[]): readonly CaveatUse[] {
  const all = made(candidates).flatMap(({ target, measurement }) =>
    measurement.caveats.map((caveat) => ({ target, caveat: withoutFigures(caveat) })),
  );
  return groupBy(all, ({ target, caveat }) => JSON.stringify([target, caveat])).flatMap(
    ([, uses]) => uses.slice(0, 1).map((use) => ({ ...use, count: uses.length })),
  );
}

/** Caveats that differ in their figures only are one. */
function withoutFigures(caveat: string): string {
  return caveat.replaceAll(/\d+(\.\d+)?/g, 'N');
}

function made(candidates: readonly ReportCandidate[]): Made[] {
  return candidates.flatMap(({ target, measurement: first, confirmations }) =>
    [...(first === null ? [] : [first]), ...confirmations].map((measurement) => ({
      target,
      measurement,
    })),
  );
}

/** The largest groups first. */
function groupBy<Element>(
  elements: readonly Element[],
  keyOf: (element: Element) => string,
): (readonly [key: string, elements: readonly Element[]])[] {
  const groups = new Map<string, Element[]>();
  for (const element of elements) {
    const key = keyOf(element);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [element]);
    else group.push(element);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

function range(values: readonly (number | null)[]): readonly [number, number] | undefined {
  const known = values.filter((value) => value !== null);
  return known.length === 0
    ? undefined
    : [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}
