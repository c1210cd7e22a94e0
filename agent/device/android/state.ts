import type { Clock } from '../../../common/clock';
import type { DeviceState } from '../../../common/device';
import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { quoted, readSections, type PhoneLink } from '../adb/shell';
import { parseBattery } from './battery';
import { parseFrequencies } from './cpu';
import { parseThermalService } from './thermal';

const stateDeadlineMs = 10_000;

const commands = [
  'dumpsys battery',
  'dumpsys thermalservice',
  'cat /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq 2>/dev/null',
];

/** Reads what bears on a timing and then removes files, in one round trip. */
export async function readPhoneState(link: PhoneLink, clock: Clock, thenRemove: readonly string[]): Promise<Result<DeviceState, FarmFault>> {
  const removal = thenRemove.length === 0 ? [] : [`rm -f -- ${thenRemove.map(quoted).join(' ')}`];
  const sections = await readSections(link, [...commands, ...removal], { what: `reading the state of ${link.adbSerial}`, deadlineMs: stateDeadlineMs });
  return sections.ok ? ok(readState(sections.value, clock.nowMs())) : sections;
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
    celsiusBySensor: thermal.celsiusBySensor,
    cpuFrequencyKhz: parseFrequencies(frequencies),
  };
}
