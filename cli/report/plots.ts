import { choiceChart } from './chart/choice_chart';
import { frontChart } from './chart/front_chart';
import { hypervolumeChart } from './chart/hypervolume_chart';
import { predictionChart } from './chart/prediction_chart';
import type { Chart } from './chart/render';
import type { ReportData, TargetReport } from './data/report_data';

/** Two of these stand side by side on a page; a lone one takes its whole width. */
const halfWidth = 560;
const fullWidth = 900;

/** The plots of one target; undefined where there is nothing to plot. */
export interface TargetPlots {
  readonly front: Chart | undefined;
  readonly hypervolume: Chart | undefined;
  readonly choices: Chart | undefined;
  readonly prediction: Chart | undefined;
}

export function plotsOf(report: TargetReport, isAlone: boolean): TargetPlots {
  const width = isAlone ? fullWidth : halfWidth;
  return {
    front: frontChart(report, width),
    hypervolume: hypervolumeChart(report, width),
    choices: choiceChart(report.shares, width),
    prediction:
      report.prediction === undefined ? undefined : predictionChart(report.prediction, halfWidth),
  };
}

/** All plots of a report, each under the name of a file. */
export function namedPlots(data: ReportData): readonly (readonly [name: string, chart: Chart])[] {
  return data.targets.flatMap((target) => {
    const plots = Object.entries(plotsOf(target, data.targets.length === 1)) as [
      string,
      Chart | undefined,
    ][];
    return plots.flatMap(([name, chart]) =>
      chart === undefined
        ? []
        : [[`${target.progress.target.replaceAll('/', '-')}.${name}`, chart] as const],
    );
  });
}
