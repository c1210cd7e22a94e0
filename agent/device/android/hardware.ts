import type { FarmFault } from '../../../common/fault';
import { ok, type Result } from '../../../common/result';
import { isEmulatorName } from '../adb/device_list';
import { serialOf } from './identity';
import { drawMarker, quoted, readSections, type PhoneLink } from '../adb/shell';
import type { Hardware } from '../device';
import { parseClusters, parseCpuinfoClusters, parseCpuinfoHardware } from './cpu';
import { parseDiskFreeBytes, parseMemoryBytes } from './disk';
import { parseGetprop } from './getprop';
import { socName } from './soc';
import { parseThermalService } from './thermal';

/** `dumpsys` answers in some 100 ms, on a phone that has just started in seconds. */
const identifyDeadlineMs = 20_000;
/** For a phone that may have left adb's list of living phones a moment too late. */
const signOfLifeDeadlineMs = 2_000;

interface Identification {
  readonly booted: boolean;
  readonly hardware: Hardware;
  /** Names in the work folder, hidden ones too: what an earlier agent may have left there. */
  readonly workFiles: readonly string[];
  /** The phone's mark (see identity.ts). */
  readonly mark: string;
  readonly emulator: boolean;
}

/** Reads what a phone is, in one round trip, and makes its work folder. */
export async function identifyPhone(
  link: PhoneLink,
  workFolder: string,
): Promise<Result<Identification, FarmFault>> {
  const folder = quoted(workFolder);
  const commands = [
    'getprop',
    'cat /proc/meminfo',
    'cat /proc/cpuinfo',
    'cat /sys/devices/system/cpu/cpufreq/policy*/related_cpus 2>/dev/null',
    'cat /sys/devices/system/cpu/cpufreq/policy*/cpuinfo_max_freq 2>/dev/null',
    'df -k /data/local/tmp',
    'dumpsys thermalservice 2>/dev/null',
    `mkdir -p ${folder}; [ -s ${folder}/${markFile} ] || echo ${drawMarker()} > ${folder}/${markFile}; ls -A ${folder}`,
    readMarkCommand(workFolder),
    'cat /sys/devices/soc0/machine 2>/dev/null',
  ];
  const sections = await readSections(link, commands, {
    what: `identifying ${link.adbSerial}`,
    deadlineMs: identifyDeadlineMs,
  });
  return sections.ok ? ok(readIdentification(sections.value, link.adbSerial)) : sections;
}

/** Pure: the identification from what the commands of `identifyPhone` printed, in their order. */
export function readIdentification(sections: readonly string[], adbSerial: string): Identification {
  const [
    getprop = '',
    meminfo = '',
    cpuinfo = '',
    relatedCpus = '',
    frequencies = '',
    df = '',
    thermal = '',
    workFiles = '',
    mark = '',
    machine = '',
  ] = sections;
  const properties = parseGetprop(getprop);
  const property = (name: string): string => properties.get(name)?.trim() ?? '';
  const clusters = parseClusters(relatedCpus, frequencies);
  return {
    booted: property('sys.boot_completed') === '1',
    workFiles: workFiles.split('\n').filter((name) => name !== ''),
    mark: parseMark(mark),
    emulator:
      isEmulatorName(adbSerial) ||
      property('ro.kernel.qemu') === '1' ||
      property('ro.boot.qemu') === '1' ||
      ['goldfish', 'ranchu'].includes(property('ro.hardware')),
    hardware: {
      serial: serialOf(properties, adbSerial),
      kind: property('ro.pareto.virtual') === '1' ? 'virtual' : 'phone',
      manufacturer: property('ro.product.manufacturer') || 'unknown',
      model: property('ro.product.marketname') || property('ro.product.model') || 'unknown',
      soc: socName({ properties, machine, kernelHardware: parseCpuinfoHardware(cpuinfo) }),
      osBuild: property('ro.build.fingerprint') || 'unknown',
      abi: property('ro.product.cpu.abi') || 'unknown',
      cpuClusters: clusters.length > 0 ? clusters : parseCpuinfoClusters(cpuinfo),
      memoryBytes: parseMemoryBytes(meminfo) ?? 0,
      storageFreeBytes: parseDiskFreeBytes(df) ?? 0,
      thermalSensors: parseThermalService(thermal)
        .sensors.map(({ name }) => name)
        .toSorted(),
    },
  };
}

const markFile = '.phone';

function readMarkCommand(workFolder: string): string {
  return `cat ${quoted(workFolder)}/${markFile} 2>/dev/null`;
}

/** What `readMarkCommand` printed; empty where the phone has no mark (its storage is full). */
function parseMark(text: string): string {
  return /^[0-9a-f]{32}(?=\s*$)/.exec(text)?.[0] ?? '';
}

/** The phone's mark as it is now: also the sign that the phone still answers. */
export async function readMark(
  link: PhoneLink,
  workFolder: string,
): Promise<Result<string, FarmFault>> {
  const sections = await readSections(link, [readMarkCommand(workFolder)], {
    what: 'asking for a sign of life',
    deadlineMs: signOfLifeDeadlineMs,
  });
  return sections.ok ? ok(parseMark(sections.value[0] ?? '')) : sections;
}
