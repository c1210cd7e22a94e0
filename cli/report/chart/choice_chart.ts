import type { EChartsOption } from 'echarts';
import type { ChoiceShare } from '../data/choice_share';
import type { Chart } from './render';
import type { Theme } from './theme';

/** Room of one choice: two bars. */
const rowPx = 21;
const titlePx = 26;
const gapPx = 14;
const legendPx = 30;
/** Room of the choices' names. */
const namePx = 104;

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For each position a panel of bars: how often each choice is on the front, and among all that was measured. Undefined without a front. */
export function choiceChart(
  shares: readonly (readonly ChoiceShare[])[],
  width: number,
): Chart | undefined {
  if (shares.length === 0) return undefined;
  const columns = Math.max(1, Math.floor(width / 270));
  const places = placesOf(shares, columns, width);
  const height = Math.max(...places.map(({ top, height }) => top + height)) + gapPx;
  return { width, height, option: (theme) => optionOf(shares, places, theme) };
}

function placesOf(
  shares: readonly (readonly ChoiceShare[])[],
  columns: number,
  width: number,
): Place[] {
  const columnWidth = width / columns;
  let top = legendPx;
  return shares.map((position, index) => {
    const row = shares.slice(index - (index % columns), index - (index % columns) + columns);
    const place = {
      left: (index % columns) * columnWidth + namePx,
      top: top + titlePx,
      width: columnWidth - namePx - 44,
      height: position.length * rowPx,
    };
    if (index % columns === columns - 1)
      top += titlePx + gapPx + rowPx * Math.max(...row.map((each) => each.length));
    return place;
  });
}

function optionOf(
  shares: readonly (readonly ChoiceShare[])[],
  places: readonly Place[],
  theme: Theme,
): EChartsOption {
  const bars = (
    name: string,
    colour: string,
    valueOf: (share: ChoiceShare) => number,
    isLabelled: boolean,
  ) =>
    shares.map((position, index) => ({
      name,
      type: 'bar' as const,
      silent: true,
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 7,
      barGap: '15%',
      itemStyle: { color: colour, borderRadius: [0, 2, 2, 0] },
      label: {
        show: isLabelled,
        position: 'right' as const,
        color: theme.faintInk,
        fontSize: 10,
        formatter: ({ value }: { value?: unknown }) => `${Number(value).toFixed(0)} %`,
      },
      data: position.map((share) => 100 * valueOf(share)),
    }));
  return {
    legend: {
      top: 0,
      left: 0,
      itemWidth: 14,
      itemHeight: 9,
      itemGap: 24,
      textStyle: { color: theme.faintInk },
      data: ['on the front', 'among all measured'],
    },
    color: [theme.front, theme.cloud],
    title: shares.map((position, index) => ({
      text: position[0]?.position ?? '',
      left: (places[index]?.left ?? 0) - namePx,
      top: (places[index]?.top ?? 0) - titlePx + 4,
      padding: 0,
      textStyle: { fontSize: 12, fontWeight: 'bold', color: theme.ink },
    })),
    grid: places.map((place) => ({ ...place })),
    xAxis: shares.map((_, index) => ({
      type: 'value',
      gridIndex: index,
      min: 0,
      max: 100,
      show: false,
    })),
    yAxis: shares.map((position, index) => ({
      type: 'category',
      gridIndex: index,
      inverse: true,
      data: position.map(({ choice }) => choice),
      axisLine: { lineStyle: { color: theme.faintInk } },
      axisTick: { show: false },
      axisLabel: { color: theme.faintInk, fontSize: 11, width: namePx - 14, overflow: 'truncate' },
    })),
    series: [
      ...bars('on the front', theme.front, ({ onFront }) => onFront, true),
      ...bars('among all measured', theme.cloud, ({ amongMeasured }) => amongMeasured, false),
    ],
  };
}
