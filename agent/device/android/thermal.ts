import type { SensorKind } from '../../../common/device';

interface SensorReading {
  readonly name: string;
  /** Null for types that Android does not name: the sensor's own name must then do. */
  readonly kind: SensorKind | null;
  readonly celsius: number;
}

interface ThermalReport {
  /** Android's 0 NONE to 6 SHUTDOWN. */
  readonly status: number | null;
  readonly overridden: boolean;
  /** One for each name: the hottest, where several sensors have one. */
  readonly sensors: readonly SensorReading[];
}

/** A phone has some thirty sensors. */
const mostSensors = 256;

/**
 * Android's types. 6 to 8 report battery volts, amperes and charge under the name of temperatures, and are none.
 * https://android.googlesource.com/platform/hardware/interfaces/+/refs/heads/main/thermal/aidl/android/hardware/thermal/TemperatureType.aidl
 */
const kindByType: ReadonlyMap<number, SensorKind> = new Map([
  [0, 'chip'], // CPU
  [1, 'chip'], // GPU
  [2, 'battery'],
  [3, 'skin'],
  [9, 'chip'], // NPU
  [10, 'chip'], // TPU
  [13, 'chip'], // SOC
  // USB port, power amplifier, display, modem, Wi-Fi, camera, flashlight, speaker, ambient, pogo pins.
  ...[4, 5, 11, 12, 14, 15, 16, 17, 18, 19].map((type): [number, SensorKind] => [type, 'other']),
]);
const notTemperatures: ReadonlySet<number> = new Set([6, 7, 8]);

/** Between what a phone can be; sensors that are not connected say -40 or less, or hundreds of degrees. */
const plausible = { lowestCelsius: -39, highestCelsius: 200 };

/**
 * Reads `dumpsys thermalservice` of Android 10 to 16. Only the section that was read from the HAL counts: the cached one
 * above it can be minutes old, and holds what somebody injected. Without a HAL there is no such section. Total: what is
 * not there is null or empty.
 */
export function parseThermalService(text: string): ThermalReport {
  const sensors = new Map<string, SensorReading>();
  let current = false;
  for (const line of text.split(/\r?\n/)) {
    if (!/^\s/.test(line)) current = line.startsWith('Current temperatures from HAL');
    if (!current) continue;
    const reading = readTemperature(line);
    if (reading === null || (sensors.size >= mostSensors && !sensors.has(reading.name))) continue;
    const former = sensors.get(reading.name);
    if (former === undefined || former.celsius < reading.celsius)
      sensors.set(reading.name, reading);
  }
  const status = /^Thermal Status: ([0-6])\s*$/m.exec(text);
  return {
    status: status === null ? null : Number(status[1]),
    overridden: /^IsStatusOverride: true\s*$/m.test(text),
    sensors: [...sensors.values()],
  };
}

function readTemperature(line: string): SensorReading | null {
  const match =
    /^\s*Temperature\{mValue=(-?\d{1,9}(?:\.\d+)?(?:E-?\d+)?), mType=(-?\d{1,9}), mName=(.{1,64}?), mStatus=-?\d+\}/.exec(
      line,
    );
  if (match === null) return null;
  const type = Number(match[2]);
  const celsius = celsiusOf(Number(match[1]));
  if (celsius === null || notTemperatures.has(type)) return null;
  return { name: match[3] ?? '', kind: kindByType.get(type) ?? null, celsius };
}

/** Some makers pass on the kernel's thousandths of a degree. */
function celsiusOf(value: number): number | null {
  const celsius = Math.abs(value) >= 1000 ? value / 1000 : value;
  return celsius >= plausible.lowestCelsius && celsius <= plausible.highestCelsius ? celsius : null;
}
