import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { quoted, readSections, type PhoneLink } from '../adb/shell';
import type { Hardware } from '../device';
import { parseClusters, parseCpuinfoClusters, parseCpuinfoHardware } from './cpu';
import { parseDiskFreeBytes, parseMemoryBytes } from './disk';
import { parseGetprop } from './getprop';
import { socName } from './soc';
import { parseThermalService } from './thermal';

/** `dumpsys` answers in some 100 ms, on a phone that has just started in seconds. */
const identifyDeadlineMs = 20_000;

export interface Identification {
  readonly booted: boolean;
  readonly hardware: Hardware;
  /** Names in the work folder, hidden ones too: what an earlier agent may have left there. */
  readonly workFiles: readonly string[];
}

/** Reads what a phone is, in one round trip, and makes its work folder. */
export async function identifyPhone(link: PhoneLink, workFolder: string): Promise<Result<Identification, FarmFault>> {
  const folder = quoted(workFolder);
  const commands = [
    'getprop',
    'cat /proc/meminfo',
    'cat /proc/cpuinfo',
    'cat /sys/devices/system/cpu/cpufreq/policy*/related_cpus 2>/dev/null',
    'cat /sys/devices/system/cpu/cpufreq/policy*/cpuinfo_max_freq 2>/dev/null',
    'df -k /data/local/tmp',
    'dumpsys thermalservice 2>/dev/null',
    `mkdir -p ${folder}; ls -A ${folder}`,
  ];
  const sections = await readSections(link, commands, { what: `identifying ${link.adbSerial}`, deadlineMs: identifyDeadlineMs });
  return sections.ok ? ok(readIdentification(sections.value, link.adbSerial)) : sections;
}

/** Pure: the identification from what the commands of `identifyPhone` printed, in their order. */
export function readIdentification(sections: readonly string[], adbSerial: string): Identification {
  const [getprop = '', meminfo = '', cpuinfo = '', relatedCpus = '', frequencies = '', df = '', thermal = '', workFiles = ''] = sections;
  const properties = parseGetprop(getprop);
  const property = (name: string): string => properties.get(name)?.trim() ?? '';
  const clusters = parseClusters(relatedCpus, frequencies);
  return {
    booted: property('sys.boot_completed') === '1',
    workFiles: workFiles.split('\n').filter((name) => name !== ''),
    hardware: {
      serial: isSerialNumber(property('ro.serialno')) ? property('ro.serialno') : adbSerial,
      kind: property('ro.pareto.virtual') === '1' ? 'virtual' : 'phone',
      manufacturer: property('ro.product.manufacturer') || 'unknown',
      model: property('ro.product.marketname') || property('ro.product.model') || 'unknown',
      soc: socName(properties, parseCpuinfoHardware(cpuinfo)),
      osBuild: property('ro.build.fingerprint') || 'unknown',
      abi: property('ro.product.cpu.abi') || 'unknown',
      cpuClusters: clusters.length > 0 ? clusters : parseCpuinfoClusters(cpuinfo),
      memoryBytes: parseMemoryBytes(meminfo) ?? 0,
      storageFreeBytes: parseDiskFreeBytes(df) ?? 0,
      thermalSensors: Object.keys(parseThermalService(thermal).celsiusBySensor).toSorted(),
    },
  };
}

function isSerialNumber(text: string): boolean {
  return /^[\w.:-]{1,64}$/.test(text) && text.toLowerCase() !== 'unknown';
}
