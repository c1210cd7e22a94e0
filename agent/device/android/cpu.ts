import type { CpuCluster } from '../../../common/device';

const mostCores = 1024;

/**
 * Pairs the lines of `related_cpus` (cores of one policy, "0 1 2 3" or "0-3") with those of `cpuinfo_max_freq` (kHz),
 * both printed in the same order of policies. Total: lists that do not fit together give no clusters.
 */
export function parseClusters(
  relatedCpus: string,
  largestFrequencies: string,
): readonly CpuCluster[] {
  const cores = lines(relatedCpus).map(parseCores);
  const frequencies = lines(largestFrequencies).map(parseKhz);
  if (cores.length !== frequencies.length || cores.some((each) => each.length === 0)) return [];
  return cores.map((each, index) => ({
    cores: each,
    largestFrequencyKhz: frequencies[index] ?? 0,
  }));
}

/** Frequencies in kHz, one a line; lines that are none (a core that is off) are left out. */
export function parseFrequencies(text: string): readonly number[] {
  return lines(text)
    .map(parseKhz)
    .filter((khz) => khz > 0)
    .slice(0, mostCores);
}

/** Clusters by the cores' part numbers, for phones that hide their frequencies; these are then 0. */
export function parseCpuinfoClusters(cpuinfo: string): readonly CpuCluster[] {
  const coresByPart = new Map<string, number[]>();
  let core: number | undefined;
  for (const line of lines(cpuinfo).slice(0, mostCores * 32)) {
    const match = /^(processor|CPU part)\s*:\s*(\w+)$/.exec(line);
    if (match?.[1] === 'processor') core = Number(match[2]);
    else if (match !== null && core !== undefined && Number.isInteger(core))
      coresByPart.set(match[2] ?? '', [...(coresByPart.get(match[2] ?? '') ?? []), core]);
  }
  return [...coresByPart.values()].map((cores) => ({ cores, largestFrequencyKhz: 0 }));
}

/** `/proc/cpuinfo` ends with it on older Qualcomm kernels: "Hardware : Qualcomm Technologies, Inc SDM845". */
export function parseCpuinfoHardware(cpuinfo: string): string | null {
  return (
    /^Hardware\s*:.*\b((?:SM|SDM|MSM|QCS|SC)\d{3,5}[A-Z]{0,3})\s*$/m.exec(cpuinfo)?.[1] ?? null
  );
}

function parseCores(line: string): readonly number[] {
  const cores: number[] = [];
  for (const part of line.split(/[\s,]+/)) {
    const range = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
    if (range === null) return [];
    const first = Number(range[1]);
    const last = Math.min(Number(range[2] ?? first), mostCores - 1);
    for (let core = first; core <= last; core += 1) cores.push(core);
  }
  return cores.slice(0, mostCores);
}

function parseKhz(line: string): number {
  return /^\d{1,9}$/.test(line) ? Number(line) : 0;
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
