import type { Encoding } from '../encoding/encoding';
import { isSum, type Rounding } from '../placement/rounding';
import { withEvenZeros } from './even_zeros';
import { GroupScales, type TieFreeScope } from './group_scales';
import { sumComponents } from './sum_scales';

/**
 * Encodings under which no result of the listed operators comes near the middle between two integers, where runtimes
 * disagree: kernels compute with more or fewer bits, and round halves up, to even, or away from zero. A sum, product or mean
 * is a whole number of units; where an odd number of them makes a step, the middle between two integers is half a unit away from all
 * results. Scales only grow and zero points stay, but for those of averages, so that what was in range still is. Fixed groups stay as they are.
 */
export function tieFreeEncodings(
  given: ReadonlyMap<string, Encoding>,
  roundings: readonly Rounding[],
  scope: TieFreeScope,
): ReadonlyMap<string, Encoding> {
  const encodings = withEvenZeros(given, roundings, scope);
  const scales = new GroupScales(encodings, scope);
  const known = roundings.filter(({ inputs, output }) =>
    [...inputs, output].every((tensor) => encodings.has(tensor)),
  );
  for (const component of sumComponents(known, {
    groupOf: scope.groupOf,
    of: (tensor) => scales.of(tensor),
    isFixedGroup: (group) => scales.isSettled(group),
  }))
    scales.settleSums(component);
  // From the end, since a product whose output is summed moves a factor, which may be a product itself.
  for (const rounding of known.toReversed())
    if (rounding.kind === 'product') scales.settleFactor(rounding);
  for (const rounding of known)
    if (!isSum(rounding) && rounding.kind !== 'conversion') scales.settle(rounding);
  // From the end, since what is joined may be joined again.
  const conversions = known.filter(({ kind }) => kind === 'conversion').toReversed();
  for (const { inputs, output } of conversions) scales.receive(inputs[0] ?? '', output);
  for (const { inputs, output } of conversions) scales.convert(inputs[0] ?? '', output);
  return new Map(
    [...encodings].map(([tensor, encoding]) => [tensor, { ...encoding, scale: scales.of(tensor) }]),
  );
}
