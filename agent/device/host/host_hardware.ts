import { statfsSync } from 'node:fs';
import os from 'node:os';
import type { CpuCluster } from '../../../common/device';
import { parseClusters } from '../android/cpu';
import type { Hardware } from '../device';
import { entriesOf, readLine, readText } from './system_files';
import { thermalZones } from './host_state';

/** What this machine is. Virtual machines hide some of it: what is not there is "unknown", zero or empty. */
export function hostHardware(workFolder: string): Hardware {
  const cpu = os.cpus()[0]?.model.trim() ?? '';
  const disk = statfsSync(workFolder);
  return {
    serial: `host-${os
      .hostname()
      .replaceAll(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 56)}`,
    kind: 'host',
    manufacturer: readLine('/sys/devices/virtual/dmi/id/sys_vendor') ?? 'unknown',
    model: readLine('/sys/devices/virtual/dmi/id/product_name') ?? os.hostname(),
    soc: cpu === '' ? os.machine() : cpu,
    osBuild: `${operatingSystem()} (${os.type()} ${os.release()})`,
    abi: os.machine(),
    cpuClusters: clusters(),
    memoryBytes: os.totalmem(),
    storageFreeBytes: disk.bavail * disk.bsize,
    thermalSensors: [...new Set(thermalZones().map((zone) => zone.name))].toSorted(),
  };
}

function operatingSystem(): string {
  return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readText('/etc/os-release') ?? '')?.[1] ?? os.type();
}

function clusters(): readonly CpuCluster[] {
  const policies = entriesOf('/sys/devices/system/cpu/cpufreq', /^policy\d+$/);
  const lines = (name: string): string =>
    policies.map((policy) => readLine(`${policy}/${name}`) ?? '?').join('\n');
  const found = parseClusters(lines('related_cpus'), lines('cpuinfo_max_freq'));
  if (found.length > 0) return found;
  const cpus = os.cpus();
  return [
    {
      cores: cpus.map((_, core) => core),
      largestFrequencyKhz: Math.max(0, ...cpus.map((cpu) => cpu.speed * 1000)),
    },
  ];
}
