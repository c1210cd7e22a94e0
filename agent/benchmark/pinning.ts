import type { Unit } from '../../common/target';
import type { Hardware } from '../device/device';

/**
 * The cores of the fastest clusters that together have room for `threads`; none where pinning would change nothing
 * (equal cores) or where other units work and their driver's threads had better spread. The host
 * pins its tools itself, to the cores of its configuration.
 */
export function fastestCores(
  { kind, cpuClusters: clusters }: Pick<Hardware, 'kind' | 'cpuClusters'>,
  threads: number,
  unit: Unit,
): readonly number[] {
  if (kind === 'host') return [];
  const byFrequency = clusters.toSorted((a, b) => b.largestFrequencyKhz - a.largestFrequencyKhz);
  if (
    (unit !== 'cpu' && unit !== 'cpu-xnnpack') ||
    byFrequency[0]?.largestFrequencyKhz === byFrequency.at(-1)?.largestFrequencyKhz
  )
    return [];
  const chosen: number[] = [];
  for (const cluster of byFrequency) {
    if (chosen.length >= threads) break;
    chosen.push(...cluster.cores);
  }
  const all = clusters.reduce((count, cluster) => count + cluster.cores.length, 0);
  return chosen.length === all ? [] : chosen.toSorted((a, b) => a - b);
}
