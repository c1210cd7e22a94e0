import type { Clock } from '../../../platform/time/clock';
import type { DeviceState } from '../../../common/device';
import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { quoted, readSections, type PhoneLink } from '../adb/shell';
import type { FilesOfJob, EndOfJob } from '../device';
import { parseBattery } from './battery';
import { parseFrequencies } from './cpu';
import { parseThermalService } from './thermal';

const stateDeadlineMs = 10_000;
/** A phone hashes a model of 2 GiB in some ten seconds, an old one in a minute. */
const jobEndDeadlineMs = 120_000;

const commands = [
  'dumpsys battery',
  'dumpsys thermalservice',
  'cat /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq 2>/dev/null',
];

/** Reads what bears on a timing, in one round trip. */
export async function readPhoneState(
  link: PhoneLink,
  clock: Clock,
): Promise<Result<DeviceState, FarmFault>> {
  const sections = await readSections(link, commands, {
    what: `reading the state of ${link.adbSerial}`,
    deadlineMs: stateDeadlineMs,
  });
  return sections.ok ? ok(readState(sections.value, clock.nowMs())) : sections;
}

/** The state first, since hashing the model warms the phone; then its digest, then the files go. */
export async function endJobOnPhone(
  link: PhoneLink,
  clock: Clock,
  { modelPath, all }: FilesOfJob,
): Promise<Result<EndOfJob, FarmFault>> {
  const ending = [
    `sha256sum ${quoted(modelPath)} 2>/dev/null`,
    `rm -f -- ${all.map(quoted).join(' ')}`,
  ];
  const sections = await readSections(link, [...commands, ...ending], {
    what: `ending the job on ${link.adbSerial}`,
    deadlineMs: jobEndDeadlineMs,
  });
  if (!sections.ok) return sections;
  const digest = /^[0-9a-f]{64}(?=\s)/.exec(sections.value[commands.length] ?? '')?.[0] ?? null;
  return ok({ state: readState(sections.value, clock.nowMs()), modelDigest: digest });
}

/** Pure: the state from what the commands printed, in their order. */
export function readState(sections: readonly string[], atMs: number): DeviceState {
  const [batteryText = '', thermalText = '', frequencies = ''] = sections;
  const battery = parseBattery(batteryText);
  const thermal = parseThermalService(thermalText);
  return {
    atMs,
    batteryPercent: battery.percent,
    batteryCelsius: battery.celsius,
    thermalStatus: thermal.status,
    thermalStatusOverridden: thermal.overridden,
    celsiusBySensor: Object.fromEntries(
      thermal.sensors.map(({ name, celsius }) => [name, celsius]),
    ),
    kindBySensor: Object.fromEntries(
      thermal.sensors.flatMap(({ name, kind }) => (kind === null ? [] : [[name, kind] as const])),
    ),
    batteryFrozen: battery.frozen,
    cpuFrequencyKhz: parseFrequencies(frequencies),
  };
}
