import type { DeviceState } from '../../../common/device';
import { entriesOf, readLine } from './system_files';

const mostZones = 256;

/** What bears on a timing on this machine; virtual machines show neither heat nor frequencies. */
export function readHostState(atMs: number): DeviceState {
  return {
    atMs,
    batteryPercent: null,
    batteryCelsius: null,
    thermalStatus: null,
    thermalStatusOverridden: false,
    celsiusBySensor: Object.fromEntries(thermalZones().map((zone) => [zone.name, zone.celsius])),
    kindBySensor: {},
    batteryFrozen: false,
    cpuFrequencyKhz: frequencies(),
  };
}

/** Linux's thermal zones, in degrees. Several zones of one type keep the hottest reading. */
export function thermalZones(): readonly { readonly name: string; readonly celsius: number }[] {
  const hottest = new Map<string, number>();
  for (const zone of entriesOf('/sys/class/thermal', /^thermal_zone\d+$/).slice(0, mostZones)) {
    const name = readLine(`${zone}/type`);
    const millidegrees = Number(readLine(`${zone}/temp`) ?? 'none');
    if (name === null || !Number.isFinite(millidegrees)) continue;
    hottest.set(name, Math.max(hottest.get(name) ?? -Infinity, millidegrees / 1000));
  }
  return [...hottest].map(([name, celsius]) => ({ name, celsius }));
}

function frequencies(): readonly number[] {
  return entriesOf('/sys/devices/system/cpu', /^cpu\d+$/)
    .map((cpu) => Number(readLine(`${cpu}/cpufreq/scaling_cur_freq`) ?? 'none'))
    .filter((khz) => Number.isFinite(khz) && khz > 0);
}
