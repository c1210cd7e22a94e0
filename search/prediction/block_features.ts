import type { OptionQuality } from './library_option';

/** What a network's predicted accuracy is a function of. Leaving one out decides. */
export const featureFamilies = [
  'nsr',
  'log-nsr',
  'nsr-macs',
  'log-nsr-macs',
  'log-nsr-macs-squares',
  'log-quantized-nsr-macs',
] as const;
export type FeatureFamily = (typeof featureFamilies)[number];

/** The features of a network of these options, in the family's order. */
export function blockFeatures(
  family: FeatureFamily,
  options: readonly OptionQuality[],
  sharedMacs: number,
): readonly number[] {
  const nsrs = options.map(({ nsr }) => nsr);
  const logarithms = nsrs.map((nsr) => Math.log(Math.max(nsr, 1e-9)));
  const macs = Math.log(options.reduce((sum, option) => sum + option.macs, sharedMacs));
  switch (family) {
    case 'nsr':
      return nsrs;
    case 'log-nsr':
      return logarithms;
    case 'nsr-macs':
      return [...nsrs, macs];
    case 'log-nsr-macs':
      return [...logarithms, macs];
    case 'log-nsr-macs-squares':
      return [
        ...logarithms,
        macs,
        ...logarithms.flatMap((one, i) => logarithms.slice(i).map((other) => one * other)),
      ];
    case 'log-quantized-nsr-macs':
      return [...options.map(({ quantizedNsr }) => Math.log(Math.max(quantizedNsr, 1e-9))), macs];
  }
}
