import type { TargetStatus } from '../../proto/codec/search_status';

interface Limit {
  readonly spent: number;
  readonly limit: number;
  readonly unit: string;
}

type Limited = Pick<
  TargetStatus,
  'budget' | 'budgetPhoneMinutes' | 'budgetWallMinutes' | 'spentMeasurements' | 'spentPhoneMinutes'
>;

/** The limits that a target has, at least one. */
function limitsOf(target: Limited, wallMinutes: number): Limit[] {
  const limits = [
    { spent: target.spentMeasurements, limit: target.budget, unit: '' },
    { spent: target.spentPhoneMinutes, limit: target.budgetPhoneMinutes, unit: ' phone-min' },
    { spent: wallMinutes, limit: target.budgetWallMinutes, unit: ' min' },
  ];
  return limits.flatMap(({ limit, ...others }) => (limit === null ? [] : [{ ...others, limit }]));
}

/** What is spent of each limit, for example `12/40, 3.5/60 phone-min`. */
export function describeBudget(target: Limited, wallMinutes: number): string {
  const amount = (value: number): string => String(Number(value.toFixed(1)));
  return limitsOf(target, wallMinutes)
    .map(({ spent, limit, unit }) => `${amount(spent)}/${amount(limit)}${unit}`)
    .join(', ');
}

/** How far the limit is that will be reached first: measurements where they are, else hundredths of the time. */
export function spentOf(
  target: TargetStatus,
  wallMinutes: number,
): { readonly done: number; readonly total: number } {
  const share = ({ spent, limit }: Limit): number => Math.min(1, spent / limit);
  const [nearest] = limitsOf(target, wallMinutes).sort((a, b) => share(b) - share(a));
  if (nearest === undefined) return { done: target.measured, total: 0 };
  return nearest.unit === ''
    ? { done: nearest.spent, total: nearest.limit }
    : { done: Math.round(100 * share(nearest)), total: 100 };
}
