/**
 * Rounds a channel count to a multiple, never losing more than a tenth: the rule of the MobileNets.
 * https://github.com/pytorch/vision/blob/main/torchvision/models/_utils.py
 */
export function makeDivisible(channels: number, divisor: number): number {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}
