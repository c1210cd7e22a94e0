/** Qualcomm's platform code names, for phones before Android 12, which have no `ro.soc.model`. */
const socByPlatform: Readonly<Record<string, string>> = {
  msm8998: 'MSM8998',
  sdm845: 'SDM845',
  msmnile: 'SM8150',
  kona: 'SM8250',
  lito: 'SM7250',
  lahaina: 'SM8350',
  taro: 'SM8450',
  kalama: 'SM8550',
  pineapple: 'SM8650',
  sun: 'SM8750',
};

/** The SoC's name: the phone's own word, else its platform's, else the kernel's, else the bare platform name. */
export function socName(properties: ReadonlyMap<string, string>, kernelHardware: string | null): string {
  const own = properties.get('ro.soc.model')?.trim() ?? '';
  if (own !== '' && own.toLowerCase() !== 'unknown') return own;
  const platform = properties.get('ro.board.platform')?.trim() ?? '';
  const known = Object.hasOwn(socByPlatform, platform) ? socByPlatform[platform] : undefined;
  return known ?? kernelHardware ?? (platform === '' ? 'unknown' : platform);
}
