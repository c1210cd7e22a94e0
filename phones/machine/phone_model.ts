import { assert } from '../../common/assert';

export interface CpuClusterModel {
  readonly cores: readonly number[];
  readonly largestFrequencyKhz: number;
  readonly smallestFrequencyKhz: number;
  /** `CPU implementer` and `CPU part` of /proc/cpuinfo: 0x41 is Arm, 0x51 Qualcomm. */
  readonly implementer: string;
  readonly part: string;
}

/** What all phones of one kind share. */
export interface PhoneModel {
  /** Lower case; the pool that such a phone joins. */
  readonly soc: string;
  readonly socModel: string;
  readonly platform: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly marketName: string;
  readonly device: string;
  readonly androidRelease: string;
  readonly androidSdk: number;
  readonly memoryBytes: number;
  readonly clusters: readonly CpuClusterModel[];
}

const gibibyte = 1024 ** 3;

function cluster(
  cores: readonly number[],
  largestFrequencyKhz: number,
  part: string,
  smallestFrequencyKhz = 384_000,
): CpuClusterModel {
  return {
    cores,
    largestFrequencyKhz,
    smallestFrequencyKhz,
    implementer: part.startsWith('0x0') ? '0x51' : '0x41',
    part,
  };
}

/** Core counts and clocks as the makers publish them; identities follow the phones' own naming. */
const phoneModels: readonly PhoneModel[] = [
  {
    soc: 'sm8750',
    socModel: 'SM8750',
    platform: 'sun',
    manufacturer: 'samsung',
    model: 'SM-S931U',
    marketName: 'Galaxy S25',
    device: 'pa1q',
    androidRelease: '15',
    androidSdk: 35,
    memoryBytes: 12 * gibibyte,
    clusters: [
      cluster([0, 1, 2, 3, 4, 5], 3_532_800, '0x001'),
      cluster([6, 7], 4_473_600, '0x001', 1_017_600),
    ],
  },
  {
    soc: 'sm8650',
    socModel: 'SM8650',
    platform: 'pineapple',
    manufacturer: 'samsung',
    model: 'SM-S921U',
    marketName: 'Galaxy S24',
    device: 'e1q',
    androidRelease: '14',
    androidSdk: 34,
    memoryBytes: 8 * gibibyte,
    clusters: [
      cluster([0, 1], 2_265_600, '0xd80'),
      cluster([2, 3, 4], 3_148_800, '0xd81'),
      cluster([5, 6], 2_956_800, '0xd81'),
      cluster([7], 3_398_400, '0xd82'),
    ],
  },
  {
    soc: 'sm8550',
    socModel: 'SM8550',
    platform: 'kalama',
    manufacturer: 'samsung',
    model: 'SM-S911U',
    marketName: 'Galaxy S23',
    device: 'dm1q',
    androidRelease: '14',
    androidSdk: 34,
    memoryBytes: 8 * gibibyte,
    clusters: [
      cluster([0, 1, 2], 2_016_000, '0xd46'),
      cluster([3, 4, 5, 6], 2_803_200, '0xd4d'),
      cluster([7], 3_360_000, '0xd4e'),
    ],
  },
  {
    soc: 'sm8450',
    socModel: 'SM8450',
    platform: 'taro',
    manufacturer: 'samsung',
    model: 'SM-S901U',
    marketName: 'Galaxy S22',
    device: 'r0q',
    androidRelease: '13',
    androidSdk: 33,
    memoryBytes: 8 * gibibyte,
    clusters: [
      cluster([0, 1, 2, 3], 1_785_600, '0xd46'),
      cluster([4, 5, 6], 2_496_000, '0xd47'),
      cluster([7], 2_995_200, '0xd48'),
    ],
  },
  {
    soc: 'sm7750',
    socModel: 'SM7750',
    platform: 'volcano',
    manufacturer: 'QUALCOMM',
    model: 'Snapdragon 7 Gen 4 QRD',
    marketName: 'Snapdragon 7 Gen 4 QRD',
    device: 'volcano',
    androidRelease: '15',
    androidSdk: 35,
    memoryBytes: 8 * gibibyte,
    clusters: [
      cluster([0, 1, 2], 1_804_800, '0xd80'),
      cluster([3, 4, 5, 6], 2_400_000, '0xd81'),
      cluster([7], 2_803_200, '0xd81'),
    ],
  },
];

export const virtualSocs: readonly string[] = phoneModels.map((model) => model.soc);

/** @param soc one of `virtualSocs`. */
export function phoneModel(soc: string): PhoneModel {
  const model = phoneModels.find((candidate) => candidate.soc === soc);
  assert(model !== undefined, `a virtual phone's SoC is one of ${virtualSocs.join(', ')}`);
  return model;
}
