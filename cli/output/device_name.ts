import type { CpuCluster, DeviceDescription } from '../../common/device';

type Named = Pick<DeviceDescription, 'manufacturer' | 'model'>;

/** Maker and model as people say them: no maker that the machine hides, and none that its model says already. */
export function deviceName({ manufacturer, model }: Named): string {
  const known = (text: string): boolean => text !== '' && text.toLowerCase() !== 'unknown';
  const hidden = !known(manufacturer);
  const said = model.toLowerCase().startsWith(manufacturer.toLowerCase());
  const parts = [...(hidden || said ? [] : [manufacturer]), ...(known(model) ? [model] : [])];
  return parts.join(' ') || 'model not known';
}

/** `4 x 2.84 GHz, 4 x 1.80 GHz`; virtual machines often hide the frequency. */
export function clusterNames(
  clusters: readonly Pick<CpuCluster, 'cores' | 'largestFrequencyKhz'>[],
): string {
  return clusters.map(clusterName).join(', ');
}

function clusterName({
  cores,
  largestFrequencyKhz,
}: Pick<CpuCluster, 'cores' | 'largestFrequencyKhz'>): string {
  const count = String(cores.length);
  if (largestFrequencyKhz > 0) return `${count} x ${(largestFrequencyKhz / 1e6).toFixed(2)} GHz`;
  return `${count} ${cores.length === 1 ? 'core' : 'cores'} (frequency not known)`;
}
