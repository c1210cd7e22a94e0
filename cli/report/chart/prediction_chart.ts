import type { Prediction } from '../data/prediction';
import { niceRange, valueAxis } from './axis';
import type { Chart } from './render';

/** Measured over predicted latency; on the diagonal both are equal. */
export function predictionChart({ points }: Prediction, width: number): Chart {
  const all = points.flatMap(({ predictedMs, measuredMs }) => [predictedMs, measuredMs]);
  const range = niceRange(
    all.reduce((a, b) => Math.min(a, b)),
    all.reduce((a, b) => Math.max(a, b)),
  );
  return {
    width,
    height: 380,
    option: (theme) => ({
      grid: { left: 58, right: 24, top: 16, bottom: 48 },
      xAxis: valueAxis(theme, { name: 'predicted, ms', ...range }, false),
      yAxis: valueAxis(theme, { name: 'measured, ms', ...range }, true),
      series: [
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          lineStyle: { color: theme.faintInk, type: 'dashed', width: 1 },
          data: [
            [range.min, range.min],
            [range.max, range.max],
          ],
        },
        {
          type: 'scatter',
          silent: true,
          symbolSize: 7,
          itemStyle: { color: theme.second, opacity: 0.75 },
          data: points.map(({ predictedMs, measuredMs }) => [predictedMs, measuredMs]),
        },
      ],
    }),
  };
}
