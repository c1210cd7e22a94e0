import { init, type EChartsOption } from 'echarts';
import type { Theme } from './theme';

/** A plot without its colours and its place. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly option: (theme: Theme) => EChartsOption;
}

/** Fonts that systems have; the last that matches is whatever sans serif there is. */
export const fontFamily = 'system-ui, Roboto, DejaVu Sans, Noto Sans, sans-serif';
const fontSizePx = 12;

/** The chart as SVG, drawn here: whoever looks at it needs no script. */
export function renderSvg({ width, height, option }: Chart, theme: Theme): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily, fontSize: fontSizePx, color: theme.ink },
      ...option(theme),
    });
    return tidied(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** Without what means something to ECharts' own script only: styles and classes for the mouse, and frames that cannot be seen. */
function tidied(svg: string): string {
  const superfluous = [
    /<style\b[^]*?<\/style>/g,
    / class="zr[^"]*"/g,
    / pointer-events="[^"]*"/g,
    / ecmeta_\w+="[^"]*"/g,
    /<path [^>]*fill-opacity="0"[^>]*stroke-width="0"[^>]*><\/path>\n?/g,
  ];
  // Names come from outside; control characters are allowed in no document.
  return superfluous
    .reduce((text, pattern) => text.replaceAll(pattern, ''), svg)
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}
