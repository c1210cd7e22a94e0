import { fastestCores } from '../../../agent/benchmark/pinning';
import type { Hardware } from '../../../agent/device/device';

const phone: Pick<Hardware, 'kind' | 'cpuClusters'> = {
  kind: 'phone',
  cpuClusters: [
    { cores: [0, 1, 2], largestFrequencyKhz: 2_000_000 },
    { cores: [3, 4, 5, 6], largestFrequencyKhz: 2_800_000 },
    { cores: [7], largestFrequencyKhz: 3_200_000 },
  ],
};

test.each([
  [1, [7]],
  [2, [3, 4, 5, 6, 7]],
  [5, [3, 4, 5, 6, 7]],
])('%d threads run on the fastest cores that hold them', (threads, cores) => {
  expect(fastestCores(phone, threads, 'cpu')).toEqual(cores);
});

test('nothing is pinned when all cores are needed, when they are equal or unknown, for other units, or on the host', () => {
  expect(fastestCores(phone, 6, 'cpu')).toEqual([]);
  expect(
    fastestCores(
      {
        kind: 'phone',
        cpuClusters: [
          { cores: [0], largestFrequencyKhz: 1 },
          { cores: [1], largestFrequencyKhz: 1 },
        ],
      },
      1,
      'cpu',
    ),
  ).toEqual([]);
  expect(fastestCores({ kind: 'phone', cpuClusters: [] }, 1, 'cpu')).toEqual([]);
  expect(fastestCores(phone, 1, 'npu')).toEqual([]);
  expect(fastestCores({ ...phone, kind: 'host' }, 1, 'cpu')).toEqual([]);
});
