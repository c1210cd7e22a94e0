import type { EChartsOption } from 'echarts' with { 'resolution-mode': 'import' };
import type { Spread } from '../../search/simulate/statistics';
import type { SimulationResult } from './simulation_result';

const size = { width: 900, height: 540 };
/** What lies below is a search's first moments; searches differ above it. */
const leastShare = 0.8;
/** Okabe and Ito's colours, which the colour-blind can tell apart. https://jfly.uni-koeln.de/color/ */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

type SeriesOption = Extract<NonNullable<EChartsOption['series']>, readonly unknown[]>[number];

/** Hypervolume by measurement on one target as SVG: each strategy's median over seeds, the band between the quartiles behind it. */
export async function drawShares(
  title: string,
  results: readonly SimulationResult[],
): Promise<string> {
  // Loading it takes longer than any other command's start.
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({
    animation: false,
    title: { text: title, left: 'center' },
    legend: { bottom: 0, data: results.map(({ strategy }) => strategy) },
    grid: { top: 50, bottom: 80, left: 70, right: 30 },
    xAxis: {
      type: 'log',
      name: 'measurements',
      nameLocation: 'middle',
      nameGap: 28,
      min: 1,
      max: Math.max(10, ...results.map(({ shares }) => shares.length)),
    },
    yAxis: {
      type: 'value',
      name: 'share of the true hypervolume',
      nameLocation: 'middle',
      nameGap: 48,
      min: leastShare,
      max: 1,
    },
    series: results.flatMap((result, index) => [
      band(result, colourOf(index)),
      median(result, colourOf(index)),
    ]),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? '';
}

function median({ strategy, shares }: SimulationResult, color: string): SeriesOption {
  return {
    type: 'line',
    name: strategy,
    color,
    showSymbol: false,
    step: 'end',
    data: shares.map((spread, index) => [index + 1, spread.median]),
  };
}

function band({ shares }: SimulationResult, colour: string): SeriesOption {
  const edge = (of: (spread: Spread) => number | null): number[][] =>
    shares.flatMap((spread, index) => [
      [index + 1, of(spread) ?? 0],
      [Math.min(index + 2, shares.length), of(spread) ?? 0],
    ]);
  const outline = [
    ...edge(({ upperQuartile }) => upperQuartile),
    ...edge(({ lowerQuartile }) => lowerQuartile).reverse(),
  ];
  return {
    type: 'custom',
    clip: true,
    silent: true,
    data: [[1, 1]],
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: { points: outline.map((point) => api.coord(point)) },
      style: { fill: colour, opacity: 0.15 },
    }),
  };
}
