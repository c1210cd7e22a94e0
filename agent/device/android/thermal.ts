export interface ThermalReport {
  /** Android's 0 NONE to 6 SHUTDOWN. */
  readonly status: number | null;
  readonly overridden: boolean;
  readonly celsiusBySensor: Readonly<Record<string, number>>;
}

/** A phone has some thirty sensors. */
const mostSensors = 256;

/**
 * Types 6 to 8 of the thermal HAL report battery volts, amperes and charge under the name of temperatures.
 * https://android.googlesource.com/platform/hardware/interfaces/+/refs/heads/main/thermal/aidl/android/hardware/thermal/TemperatureType.aidl
 */
const notTemperatures: ReadonlySet<number> = new Set([6, 7, 8]);

/**
 * Reads `dumpsys thermalservice`. Only the section that was read from the HAL counts: the cached one above it can be
 * minutes old. Total: what is not there is null or empty.
 */
export function parseThermalService(text: string): ThermalReport {
  const celsius = new Map<string, number>();
  let current = false;
  for (const line of text.split(/\r?\n/)) {
    if (!/^\s/.test(line)) current = line.startsWith('Current temperatures from HAL');
    if (!current) continue;
    const reading = readTemperature(line);
    if (reading !== null && celsius.size < mostSensors) celsius.set(reading.name, reading.celsius);
  }
  const status = /^Thermal Status: (\d)\s*$/m.exec(text);
  return {
    status: status === null ? null : Number(status[1]),
    overridden: /^IsStatusOverride: true\s*$/m.test(text),
    celsiusBySensor: Object.fromEntries(celsius),
  };
}

function readTemperature(line: string): { readonly name: string; readonly celsius: number } | null {
  const match = /^\s*Temperature\{mValue=(-?\d+(?:\.\d+)?(?:E-?\d+)?), mType=(-?\d+), mName=([^,}]{1,64}), mStatus=\d+\}/.exec(line);
  if (match === null || notTemperatures.has(Number(match[2]))) return null;
  const celsius = Number(match[1]);
  return Number.isFinite(celsius) ? { name: match[3] ?? '', celsius } : null;
}
