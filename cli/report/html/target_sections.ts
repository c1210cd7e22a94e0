import { outsideWindow } from '../chart/front_chart';
import { mostTelling } from '../data/choice_share';
import type { ReportData, TargetReport } from '../data/report_data';
import type { ReportPoint } from '../data/report_input';
import { plotsOf, type TargetPlots } from '../plots';
import { figure } from './figure';
import { shortHash } from '../../../model/space/network_space';
import { describeStatement } from '../../output/accuracy_statement';
import { html, nothing, type Html, type HtmlValue } from './html';
import { htmlTable } from './table';

interface Plotted {
  readonly report: TargetReport;
  readonly plots: TargetPlots;
}

/** The sections that have a part for each target, side by side. */
export function targetSections({ targets, statement }: ReportData): Html {
  const plotted = targets.map((report): Plotted => ({
    report,
    plots: plotsOf(report, targets.length === 1),
  }));
  const pair = (part: (plotted: Plotted) => Html): Html =>
    html`<div class="pair">
      ${plotted.map(
        (each) =>
          html`<div>
            <h3>${each.report.progress.target}</h3>
            ${part(each)}
          </div>`,
      )}
    </div>`;
  return html`<h2 id="fronts">Fronts</h2>
    <p>
      Each point is an 8-bit network. Those on the front are beaten by no other that was measured:
      none is at least as fast and at least as accurate, and better in one. Whiskers are 95 %
      confidence intervals of the latency.
    </p>
    ${pair(frontPart)} ${targets.map((target) => frontTable(target, statement))}
    <h2 id="progress">Progress</h2>
    <p>
      The share of the box between zero and a fixed reference that the front dominates. The
      reference is the worst of the first ten measurements, and the same for all moments; it
      compares moments of one target, not targets.
    </p>
    ${pair(({ plots, report }) => figure(plots.hypervolume, `Hypervolume by measurement on ${report.progress.target}`, plots.hypervolume === undefined ? 'Nothing is on the front yet.' : describeProgress(report)))}
    <h2 id="choices">What the front is made of</h2>
    <p>
      How often each choice was taken by the networks of the front, beside all networks that were
      measured. A choice that the front has far more often is worth keeping in the next space; one
      that it never has can go. What a search measures is already its own selection: only a random
      search shows the whole space.
    </p>
    ${pair(choicePart)}
    <h2 id="predictions">Predicted and measured</h2>
    <p>
      Each latency as the surrogate would have predicted it from what had been measured on the
      target before, and from nothing later, whatever strategy chose the networks. On the dashed
      line both are equal.
    </p>
    ${pair(predictionPart)}`;
}

function frontPart({ report, plots }: Plotted): Html {
  if (plots.front === undefined)
    return figure(
      undefined,
      '',
      report.measured.length === 0
        ? 'Nothing was measured, so there is no front.'
        : 'Nothing that was measured keeps the constraints, so there is no front.',
    );
  const outside = outsideWindow(report);
  return figure(
    plots.front,
    `Front of accuracy against latency on ${report.progress.target}`,
    `${String(report.front.length)} on the front, ${String(report.tally.networks)} networks measured${outside === 0 ? '' : `; ${String(outside)} of them lie outside the plot`}.`,
  );
}

/** The curve is of first measurements; what confirming them changed is said beside it. */
function describeProgress({ hypervolumes, frontHypervolume, tally }: TargetReport): string {
  const last = (hypervolumes.at(-1) ?? 0).toFixed(4);
  const first = `After the first measurements of ${String(hypervolumes.length)} networks: ${last}.`;
  return tally.confirmations === 0
    ? first
    : `${first} The front as it was measured again: ${frontHypervolume.toFixed(4)}.`;
}

function frontTable(
  { progress, front, uncertain, isVirtual }: TargetReport,
  statement: ReportData['statement'],
): Html {
  if (front.length + uncertain.length === 0) return nothing;
  const numeric = [
    'latency, ms',
    '95 % interval, ms',
    'sessions',
    'runs',
    'threads',
    '°C',
    'accuracy, %',
    'size, KiB',
  ];
  const columns = [
    ...numeric.map((heading) => ({ heading, isNumeric: true })),
    { heading: 'network', width: 'long' as const },
    { heading: 'hash', width: 'whole' as const },
    { heading: 'device', width: 'whole' as const },
    { heading: 'trust' },
  ];
  const mark = isVirtual
    ? html` <span class="virtual">virtual: simulated by a cost model</span>`
    : nothing;
  return html`<h3>${progress.target}${mark}</h3>
    ${front.length === 0 ? nothing : htmlTable(columns, front.map(row))}
    ${uncertain.map((point) => html`<p class="weak">Not on the front: <code>${point.architecture}</code>, ${point.accuracy.toFixed(2)} %, is known to no better than its size (${point.latencyMs.toFixed(3)} ms, interval ${interval(point)} ms).</p>`)}
    <p class="quiet">${describeStatement(statement)}</p>`;
}

function row(point: ReportPoint): HtmlValue[] {
  const {
    latencyMs,
    sessions,
    runs,
    threads,
    accuracy,
    sizeBytes,
    architecture,
    hash,
    deviceSerial,
    deviceKind,
  } = point;
  return [
    ...[
      latencyMs.toFixed(3),
      interval(point),
      String(sessions),
      String(runs),
      String(threads),
      celsius(point),
    ],
    ...[accuracy.toFixed(2), (sizeBytes / 1024).toFixed(0)],
    html`<code>${architecture}</code>`,
    html`<code>${shortHash(hash)}</code>`,
    deviceKind === 'virtual' ? `${deviceSerial} (virtual)` : deviceSerial,
    trust(point),
  ];
}

function interval({ latencyMsLow, latencyMsHigh }: ReportPoint): string {
  return latencyMsLow === null || latencyMsHigh === null
    ? '-'
    : `${latencyMsLow.toFixed(3)} to ${latencyMsHigh.toFixed(3)}`;
}

function celsius({ celsiusLow, celsiusHigh }: ReportPoint): string {
  if (celsiusLow === null || celsiusHigh === null) return '-';
  const [low, high] = [celsiusLow.toFixed(0), celsiusHigh.toFixed(0)];
  return low === high ? low : `${low} to ${high}`;
}

function trust({ trust: level, trustReasons }: ReportPoint): Html {
  const reasons = trustReasons.length === 0 ? '' : `: ${trustReasons.join('; ')}`;
  return html`<span class="${level}">${level}</span>${reasons}`;
}

/** Enough to see what matters; the plot has the rest. */
const toldChoices = 5;

function choicePart({ report, plots }: Plotted): Html {
  if (plots.choices === undefined) return figure(undefined, '', 'There is no front yet.');
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const rows = mostTelling(report.shares, toldChoices).map(
    ({ position, choice, onFront, amongMeasured }) => [
      position,
      html`<code>${choice}</code>`,
      percent(onFront),
      percent(amongMeasured),
    ],
  );
  const columns = [
    { heading: 'largest differences' },
    { heading: 'choice' },
    { heading: 'on the front', isNumeric: true },
    { heading: 'measured', isNumeric: true },
  ];
  return html`${figure(plots.choices, `Choices on the front of ${report.progress.target}`, `${String(report.front.length)} networks on the front, ${String(report.tally.networks)} measured.`)}
  ${htmlTable(columns, rows)}`;
}

function predictionPart({ report: { prediction, progress }, plots }: Plotted): Html {
  if (prediction === undefined)
    return figure(undefined, '', 'Too few measurements: a model needs ten before it predicts.');
  const { points, mapePercent, rankCorrelation, firstTaught } = prediction;
  const rank = rankCorrelation === undefined ? 'not defined' : rankCorrelation.toFixed(3);
  return figure(
    plots.prediction,
    `Measured over predicted latency on ${progress.target}`,
    `${String(points.length)} predictions, the first after ${String(firstTaught)} measurements. Mean absolute error ${mapePercent.toFixed(1)} % of the latency, Spearman's rank correlation ${rank}.`,
  );
}
