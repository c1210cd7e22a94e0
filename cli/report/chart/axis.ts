import type { Theme } from './theme';

interface AxisOptions {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** Steps between the marks of an axis: 1, 2 or 5 times a power of ten. */
function niceStep(span: number, most: number): number {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
}

/** Marks at most, so that their numbers do not touch. */
const mostMarks = 7;

/** The range widened to whole steps, and the step. */
export function niceRange(
  low: number,
  high: number,
): { readonly min: number; readonly max: number; readonly interval: number } {
  const span = high > low ? high - low : Math.max(Math.abs(high), 1) * 0.1;
  const interval = niceStep(span, mostMarks);
  const round = (value: number): number => Number(value.toPrecision(12));
  return {
    min: round(Math.floor(low / interval) * interval),
    max: round(Math.ceil((high > low ? high : low + span) / interval) * interval),
    interval,
  };
}

/** A linear axis in the house style. */
export function valueAxis(
  theme: Theme,
  { name, min, max, interval }: AxisOptions & { readonly interval?: number },
  isVertical: boolean,
) {
  return {
    type: 'value' as const,
    name,
    min,
    max,
    ...(interval === undefined ? {} : { interval }),
    nameLocation: 'middle' as const,
    nameGap: isVertical ? 42 : 30,
    nameTextStyle: { color: theme.faintInk },
    axisLine: { show: !isVertical, lineStyle: { color: theme.faintInk } },
    axisTick: { show: !isVertical, lineStyle: { color: theme.faintInk } },
    axisLabel: { color: theme.faintInk },
    splitLine: { show: isVertical, lineStyle: { color: theme.grid } },
  };
}
