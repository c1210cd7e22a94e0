import { spaceNameOf } from '../../../model/space/space_reference';
import { describeBudget } from '../../output/spending';
import type { ReportData, TargetReport } from '../data/report_data';
import type { Tally } from '../data/tally';
import { html, nothing, type Html } from './html';

/** What was searched, and what came of it, at a glance. */
export function overview(data: ReportData): Html {
  const virtual = data.devices.filter(({ kind }) => kind === 'virtual').map(({ serial }) => serial);
  return html`${virtual.length === 0 ? nothing : html`<p class="note">Virtual phones measured for this search (${virtual.join(', ')}). Their latencies come from a cost model, not from silicon.</p>`}
    ${data.search.problem === null ? nothing : html`<p class="note">The farm paused this search: ${data.search.problem}</p>`}
    <div class="cards">${data.targets.map((target) => card(target, data.search.wallMinutes))}</div>
    ${facts(data)}`;
}

function card(
  { progress, tally, picks, front, frontHypervolume, isVirtual }: TargetReport,
  wallMinutes: number,
): Html {
  const mark = isVirtual ? html` <span class="virtual">virtual</span>` : nothing;
  const ends = picks.map(({ kind, latencyMs, accuracyPercent }) =>
    fact(
      kind.replace('-', ' '),
      `${latencyMs.toFixed(3)} ms`,
      `${accuracyPercent.toFixed(2)} % accurate`,
    ),
  );
  return html`<section class="card">
    <h3>${progress.target}${mark}</h3>
    ${tally.networks === 0 ? html`<p>Nothing was measured on this target.</p>` : nothing}
    ${ends.length === 0 ? nothing : html`<dl>${ends}</dl>`}
    <dl>
      ${fact('networks measured', String(tally.networks), describeTally(tally, `budget ${describeBudget(progress, wallMinutes)}`))}
      ${fact('on the front', String(front.length), tally.confirmations === 0 ? 'measured once' : `measured again ${String(tally.confirmations)} times in all`)}
      ${fact('hypervolume', frontHypervolume.toFixed(4), 'of the front')}
      ${fact('time of devices', minutes(tally.madeMs + tally.confirmationsMs), tally.confirmations === 0 ? '' : `${minutes(tally.confirmationsMs)} of it to confirm`)}
    </dl>
  </section>`;
}

function fact(name: string, value: string, more: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}${more === '' ? nothing : html`<small>${more}</small>`}</dd>
  </div>`;
}

/** All candidates, each counted once. */
function describeTally(
  { made, reused, infeasible, excluded, abandoned, stopped, open }: Tally,
  budget: string,
): string {
  const others = Object.entries({
    reused,
    infeasible,
    'beyond a limit': excluded,
    abandoned,
    'stopped with the search': stopped,
    'on their way': open,
  });
  return [
    `${String(made)} for this search`,
    budget,
    ...others.flatMap(([name, count]) => (count === 0 ? [] : [`${String(count)} ${name}`])),
  ].join(', ');
}

function minutes(durationMs: number): string {
  return `${(durationMs / 60_000).toFixed(1)} min`;
}

function facts({ search, spec, statement }: ReportData): Html {
  const { strategy, model, plan } = spec;
  const rows: readonly (readonly [string, string])[] = [
    [
      'space',
      `${spaceNameOf(spec.space)}; ${Object.entries(model)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ')}`,
    ],
    [
      'strategy',
      [
        strategy.kind,
        ...Object.entries(strategy).flatMap(([name, value]) =>
          name === 'kind' ? [] : [`${name} ${String(value)}`],
        ),
      ].join(', '),
    ],
    [
      'accuracy',
      `${statement.accuracySource}; not of the measured models, whose weights are ${statement.weights}`,
    ],
    [
      'each measurement',
      `${String(plan.sessions)} sessions of ${String(plan.runs)} runs after ${String(plan.warmupRuns)} warm-up runs, ${String(plan.threads)} ${plan.threads === 1 ? 'thread' : 'threads'}`,
    ],
    ...spec.targets.flatMap(({ name, constraints }) => {
      const limits = Object.entries(constraints)
        .filter(([, value]) => value !== undefined)
        .map(([limit, value]) => `${limit} ${String(value)}`);
      return limits.length === 0 ? [] : [[`limits on ${name}`, limits.join(', ')] as const];
    }),
    ['running time', `${search.wallMinutes.toFixed(1)} min, pauses left out`],
  ];
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
