import type { FrontPick__Output } from '../../proto/generated/farm/v1/FrontPick';
import type { Search__Output } from '../../proto/generated/farm/v1/Search';
import type { TargetProgress__Output } from '../../proto/generated/farm/v1/TargetProgress';
import { describeBudget, spentOf } from './spending';

const barCells = 20;

/** A picture of a search, to be redrawn in place: a line for the search, three for each target. */
export function drawProgress(search: Search__Output): string[] {
  const problem = search.problem === '' ? [] : [`  ${search.problem}`];
  const head = `search ${search.searchId}  ${search.state}, ${search.wallMinutes.toFixed(1)} min, ${search.strategy}, seed ${String(search.seed)}`;
  return [
    head,
    ...problem,
    ...search.targets.flatMap((target) => drawTarget(target, search.wallMinutes)),
  ];
}

/** The same of one target as a line, for a log. */
export function describeProgress(target: TargetProgress__Output, wallMinutes: number): string {
  return [
    `${nameOf(target)} ${describeBudget(target, wallMinutes)} ${describeState(target)}`,
    ...target.picks.map(describePick),
  ].join('; ');
}

/** Seconds as people say them; `-` where nothing is known. */
export function describeSeconds(seconds: number): string {
  if (seconds <= 0) return '-';
  if (seconds < 90) return `${String(Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? `${String(minutes)} min`
    : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

function drawTarget(target: TargetProgress__Output, wallMinutes: number): string[] {
  const { done, total } = spentOf(target, wallMinutes);
  const full = total === 0 ? 0 : Math.floor((barCells * Math.min(done, total)) / total);
  const picks =
    target.picks.length === 0
      ? 'nothing on the front yet'
      : target.picks.map(describePick).join('  ');
  return [
    `${nameOf(target)}  ${'█'.repeat(full)}${'░'.repeat(barCells - full)}  ${describeBudget(target, wallMinutes)}`,
    `  ${describeState(target)}`,
    `  ${picks}`,
  ];
}

/** A target with any simulated measurement says so. */
function nameOf({ target, virtualMeasurements }: TargetProgress__Output): string {
  return virtualMeasurements > 0 ? `${target} (virtual)` : target;
}

function describeState(target: TargetProgress__Output): string {
  const { reused, infeasible, abandoned, uncertain, confirming, confirmed } = target;
  const others = Object.entries({
    reused,
    infeasible,
    abandoned,
    uncertain,
    confirming,
    confirmed,
  }).flatMap(([name, count]) => (count > 0 ? [`${String(count)} ${name}`] : []));
  return [
    `${String(target.devicesBusy)} of ${String(target.devices)} devices busy`,
    `${describeSeconds(target.secondsLeft)} left`,
    `hypervolume ${target.hypervolume === 0 ? '-' : target.hypervolume.toFixed(4)}`,
    `front ${String(target.frontSize)}`,
    ...others,
  ].join(', ');
}

function describePick({ kind, latencyMs, accuracy, virtual }: FrontPick__Output): string {
  return `${kind.replace('-', ' ')} ${latencyMs.toFixed(3)} ms${virtual ? ' virtual' : ''} ${accuracy.toFixed(2)} %`;
}
