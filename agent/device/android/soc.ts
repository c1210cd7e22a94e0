/** Qualcomm's part numbers: SM8550, SM8650-AC, SDM845, MSM8998, QCS8550, SXR2130P. */
const partNumber =
  /^(?:SM|SDM|SDA|MSM|APQ|QCS|QCM|QRB|SXR|SC|SG)\d{3,4}[A-Z]{0,3}(?:-[A-Z0-9]{1,3})?$/i;

/** Where a phone may name its SoC. */
interface SocEvidence {
  readonly properties: ReadonlyMap<string, string>;
  /** `/sys/devices/soc0/machine`; empty where it may not be read. */
  readonly machine: string;
  /** The last line of `/proc/cpuinfo` on older kernels. */
  readonly kernelHardware: string | null;
}

/**
 * The SoC's name by what belongs to one SoC only: the phone's own word (from Android 12 on), else Qualcomm's driver or
 * the kernel, else a platform name that is a part number. Other platform names are Qualcomm's code for several SoCs:
 * `lito` is SM7250 in one phone and SM7225 in another, `pineapple` SM8650 and SM8635. They stay as they are, since phones
 * of different SoCs in one pool would make one number of two.
 */
export function socName({ properties, machine, kernelHardware }: SocEvidence): string {
  const property = (name: string): string => properties.get(name)?.trim() ?? '';
  const own = property('ro.soc.model');
  if (own !== '' && !isNoName(own)) return own;
  const platform = property('ro.board.platform');
  const numbered = [
    property('ro.vendor.qti.soc_model'),
    machine.trim(),
    kernelHardware ?? '',
    platform,
  ].find((name) => partNumber.test(name));
  if (numbered !== undefined) return numbered.toUpperCase();
  return isNoName(platform) ? 'unknown' : platform;
}

function isNoName(text: string): boolean {
  return text === '' || text.toLowerCase() === 'unknown';
}

/** Code names under which Qualcomm's own software runs on several SoCs; which one a phone has is then unknown. */
const sharedPlatforms: ReadonlySet<string> = new Set([
  'msmnile',
  'kona',
  'lito',
  'atoll',
  'trinket',
  'bengal',
  'holi',
  'blair',
  'lahaina',
  'yupik',
  'taro',
  'diwali',
  'parrot',
  'ravelin',
  'kalama',
  'crow',
  'pineapple',
  'cliffs',
  'volcano',
  'sun',
  'tuna',
  'canoe',
]);

/** Whether this is such a code name: a Snapdragon, but which one the phone does not say. */
export function isSharedPlatform(soc: string): boolean {
  return sharedPlatforms.has(soc.toLowerCase());
}
