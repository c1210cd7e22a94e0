import { describeBudget } from '../../output/spending';
import type { ReportData, TargetReport } from '../data/report_data';
import { html, nothing, type Html } from './html';

/** What was searched, and what came of it, at a glance. */
export function overview(data: ReportData): Html {
  const virtual = data.devices.filter(({ kind }) => kind === 'virtual').map(({ serial }) => serial);
  return html`${virtual.length === 0 ? nothing : html`<p class="note">Virtual phones measured for this search (${virtual.join(', ')}). Their latencies come from a cost model, not from silicon.</p>`}
${data.search.problem === '' ? nothing : html`<p class="note">The farm paused this search: ${data.search.problem}</p>`}
<div class="cards">
${data.targets.map((target) => card(target, data.search.wallMinutes))}
</div>
${facts(data)}`;
}

function card({ progress, front, measured }: TargetReport, wallMinutes: number): Html {
  const picks = progress.picks.map(({ kind, latencyMs, accuracy }) => html`<div><dt>${kind.replace('-', ' ')}</dt><dd>${latencyMs.toFixed(3)} ms<small>${accuracy.toFixed(2)} % accurate</small></dd></div>`);
  const failed = [[progress.infeasible, 'infeasible'], [progress.abandoned, 'abandoned']].flatMap(([count, name]) => (count === 0 ? [] : [`${String(count)} ${String(name)}`]));
  const reused = progress.reused === 0 ? [] : [`${String(progress.reused)} reused`];
  return html`<section class="card">
<h3>${progress.target}</h3>
${measured.length === 0 ? html`<p>Nothing was measured on this target.</p>` : nothing}
${picks.length === 0 ? nothing : html`<dl>
${picks}
</dl>`}
<dl>
<div><dt>measured</dt><dd>${String(progress.measured)}<small>${['budget ' + describeBudget(progress, wallMinutes), ...reused, ...failed].join(', ')}</small></dd></div>
<div><dt>on the front</dt><dd>${String(front.length)}</dd></div>
<div><dt>hypervolume</dt><dd>${progress.hypervolume.toFixed(4)}</dd></div>
<div><dt>time of devices</dt><dd>${progress.phoneMinutes.toFixed(1)} min</dd></div>
</dl>
</section>`;
}

function facts({ search, spec }: ReportData): Html {
  const { strategy, accuracy, model, plan } = spec;
  const rows: readonly (readonly [string, string])[] = [
    ['space', `${spec.space}; ${Object.entries(model).map(([name, value]) => `${name} ${String(value)}`).join(', ')}`],
    ['strategy', [strategy.kind, ...Object.entries(strategy).flatMap(([name, value]) => (name === 'kind' ? [] : [`${name} ${String(value)}`]))].join(', ')],
    ['accuracy', accuracy?.kind === 'additive' ? `${accuracy.base} % and what each choice adds` : accuracy === undefined ? '' : `${accuracy.table}, ${accuracy.split} split`],
    ['each measurement', `${String(plan.sessions)} sessions of ${String(plan.runs)} runs after ${String(plan.warmupRuns)} warm-up runs, ${String(plan.threads)} ${plan.threads === 1 ? 'thread' : 'threads'}`],
    ...spec.targets.flatMap(({ name, constraints }) => {
      const limits = Object.entries(constraints).filter(([, value]) => value !== undefined).map(([limit, value]) => `${limit} ${String(value)}`);
      return limits.length === 0 ? [] : [[`limits on ${name}`, limits.join(', ')] as const];
    }),
    ['running time', `${search.wallMinutes.toFixed(1)} min, pauses left out`],
  ];
  return html`<dl class="facts">
${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
</dl>`;
}
