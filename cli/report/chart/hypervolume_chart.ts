import type { TargetReport } from '../data/report_data';
import { niceRange, valueAxis } from './axis';
import type { Chart } from './render';

/** The hypervolume after each measurement; undefined while nothing is on the front. */
export function hypervolumeChart({ hypervolumes }: TargetReport, width: number): Chart | undefined {
  const most = hypervolumes.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return undefined;
  const x = { ...niceRange(0, hypervolumes.length), max: hypervolumes.length };
  const y = niceRange(0, most);
  return {
    width,
    height: 280,
    option: (theme) => ({
      grid: { left: 58, right: 24, top: 16, bottom: 48 },
      xAxis: valueAxis(theme, { name: 'measurements', ...x }, false),
      yAxis: valueAxis(theme, { name: 'hypervolume', ...y }, true),
      series: [
        {
          type: 'line',
          step: 'end',
          silent: true,
          symbol: 'none',
          lineStyle: { color: theme.front, width: 1.75 },
          areaStyle: { color: theme.front, opacity: 0.12, origin: 'start' },
          data: hypervolumes.map((hypervolume, index) => [index + 1, hypervolume]),
        },
      ],
    }),
  };
}
