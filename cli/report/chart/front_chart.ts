import type { CustomSeriesRenderItem, EChartsOption } from 'echarts';
import type { TargetReport } from '../data/report_data';
import { niceRange, valueAxis } from './axis';
import { fontFamily, type Chart } from './render';
import type { Theme } from './theme';

/** More points are a solid patch, and a large file. */
const mostCloudPoints = 2_000;

type Picks = TargetReport['picks'];

interface Window {
  readonly x: ReturnType<typeof niceRange>;
  readonly y: ReturnType<typeof niceRange>;
}

/** The front over everything measured, with the intervals of its latencies. Undefined when nothing is on the front. */
export function frontChart(report: TargetReport, width: number): Chart | undefined {
  const { front } = report;
  if (front.length === 0) return undefined;
  const window = windowOf(report);
  return { width, height: 400, option: (theme) => optionOf(report, window, theme) };
}

/** How many of what was measured lie outside the plot, which shows the front's neighbourhood. */
export function outsideWindow(report: TargetReport): number {
  const { x, y } = windowOf(report);
  return report.measured.filter(
    ({ accuracy, measurement: { latencyMs } }) =>
      latencyMs < x.min || latencyMs > x.max || accuracy < y.min || accuracy > y.max,
  ).length;
}

function windowOf({ front, measured }: TargetReport): Window {
  const fastest = front[0]?.latencyMs ?? 0;
  const slowest = front.at(-1)?.latencyMs ?? 1;
  const lowest = front[0]?.accuracy ?? 0;
  const highest = front.at(-1)?.accuracy ?? 100;
  const latencies = measured.map(({ measurement }) => measurement.latencyMs).sort((a, b) => a - b);
  const accuracies = measured.map(({ accuracy }) => accuracy).sort((a, b) => a - b);
  const mostX = Math.max(
    slowest * 1.1,
    Math.min(latencies[Math.floor(latencies.length * 0.95)] ?? 0, slowest * 2),
  );
  const leastY = Math.min(
    lowest,
    Math.max(
      accuracies[Math.floor(accuracies.length * 0.1)] ?? 0,
      highest - 2 * (highest - lowest) - 2,
    ),
  );
  const y = niceRange(
    leastY - 0.06 * (highest - leastY),
    Math.min(100, highest + 0.12 * (highest - leastY)),
  );
  return { y, x: niceRange(Math.max(0, fastest - 0.08 * (mostX - fastest)), mostX) };
}

function optionOf(
  { front, measured, latencyMsMax, picks }: TargetReport,
  { x, y }: Window,
  theme: Theme,
): EChartsOption {
  const step = Math.max(1, Math.ceil(measured.length / mostCloudPoints));
  const cloud = measured
    .filter((_, index) => index % step === 0)
    .map(({ accuracy, measurement }) => [measurement.latencyMs, accuracy]);
  return {
    grid: { left: 58, right: 24, top: 34, bottom: 48 },
    legend: legendOf(theme),
    xAxis: valueAxis(theme, { name: 'latency, ms', ...x }, false),
    yAxis: valueAxis(theme, { name: 'accuracy, %', ...y }, true),
    series: [
      {
        name: 'measured',
        type: 'scatter',
        silent: true,
        clip: true,
        symbolSize: 6,
        itemStyle: { color: theme.cloud, opacity: 0.7 },
        data: cloud,
      },
      {
        name: 'front',
        type: 'line',
        silent: true,
        clip: true,
        step: 'end',
        symbol: 'circle',
        symbolSize: 8,
        data: front.map(({ latencyMs, accuracy }) => [latencyMs, accuracy]),
        itemStyle: { color: theme.front, borderColor: theme.paper, borderWidth: 1 },
        lineStyle: { color: theme.front, width: 1.75 },
        ...(latencyMsMax === undefined || latencyMsMax > x.max
          ? {}
          : { markLine: limitLine(latencyMsMax, theme) }),
      },
      {
        type: 'custom',
        silent: true,
        clip: true,
        z: 1,
        renderItem: whisker(theme),
        data: front
          .filter(({ sessions }) => sessions > 1)
          .map(({ latencyMsLow, latencyMsHigh, accuracy }) => [
            latencyMsLow,
            latencyMsHigh,
            accuracy,
          ]),
      },
      {
        type: 'custom',
        silent: true,
        z: 10,
        renderItem: label(picks, theme),
        data: picks.map(({ latencyMs, accuracyPercent }) => [latencyMs, accuracyPercent]),
      },
    ],
  };
}

function legendOf(theme: Theme) {
  return {
    top: 0,
    left: 50,
    itemWidth: 14,
    itemHeight: 9,
    itemGap: 24,
    textStyle: { color: theme.faintInk },
    data: ['measured', 'front'].map((name) => ({ name, icon: 'circle' })),
  };
}

function limitLine(latencyMsMax: number, theme: Theme) {
  return {
    silent: true,
    symbol: 'none' as const,
    lineStyle: { color: theme.second, type: 'dashed' as const },
    label: { formatter: 'latencyMsMax', color: theme.second, position: 'insideEndTop' as const },
    data: [{ xAxis: latencyMsMax }],
  };
}

/** The interval of a latency, as a line with two ends. */
function whisker(theme: Theme): CustomSeriesRenderItem {
  const half = 4;
  return (_, api) => {
    const [left = 0, top = 0] = api.coord([api.value(0), api.value(2)]);
    const [right = 0] = api.coord([api.value(1), api.value(2)]);
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: 'line' as const,
      shape: { x1, y1, x2, y2 },
      style: { fill: 'none', stroke: theme.front, lineWidth: 1.25, opacity: 0.5 },
    });
    return {
      type: 'group',
      children: [
        line(left, top, right, top),
        line(left, top - half, left, top + half),
        line(right, top - half, right, top + half),
      ],
    };
  };
}

/** What a pick is, off the line, which rises from its left or comes from there, and off the whiskers, which lie level. */
function label(picks: Picks, theme: Theme): CustomSeriesRenderItem {
  return ({ dataIndex }, api) => {
    const pick = picks[dataIndex];
    if (pick === undefined) return null;
    const [x = 0, y = 0] = api.coord([pick.latencyMs, pick.accuracyPercent]);
    const isLast = pick.kind === 'most-accurate';
    const text = `${pick.kind.replace('-', ' ')}: ${pick.latencyMs.toFixed(2)} ms, ${pick.accuracyPercent.toFixed(1)} %`;
    return {
      type: 'text',
      x: x + (isLast ? 8 : 12),
      y: y + (isLast ? -18 : 17),
      style: {
        text,
        fill: theme.ink,
        align: isLast ? 'right' : 'left',
        verticalAlign: 'middle',
        fontSize: 12,
        fontFamily,
        backgroundColor: theme.paper,
        padding: [1, 4],
        borderRadius: 3,
      },
    };
  };
}
