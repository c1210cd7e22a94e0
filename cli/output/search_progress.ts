import type { SearchStatus, TargetStatus } from '../../proto/codec/search_status';
import { describeBudget, spentOf } from './spending';

const barCells = 20;

/** A picture of a search, to be redrawn in place: a line for the search, three for each target. */
export function drawProgress(search: SearchStatus): string[] {
  const problem = search.problem === null ? [] : [`  ${search.problem}`];
  const seed = search.seed === null ? '' : `, seed ${String(search.seed)}`;
  const head = `search ${search.searchId}  ${search.state}, ${search.wallMinutes.toFixed(1)} min, ${search.strategy}${seed}`;
  return [
    head,
    ...problem,
    ...search.targets.flatMap((target) => drawTarget(target, search.wallMinutes)),
  ];
}

/** The same of one target as a line, for a log. */
export function describeProgress(target: TargetStatus, wallMinutes: number): string {
  return [
    `${nameOf(target)} ${describeBudget(target, wallMinutes)} ${describeState(target)}`,
    ...target.picks.map(describePick),
  ].join('; ');
}

/** Seconds as people say them; `-` where nothing is known. */
export function describeSeconds(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 90) return `${String(Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90
    ? `${String(minutes)} min`
    : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

function drawTarget(target: TargetStatus, wallMinutes: number): string[] {
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
function nameOf({ target, virtualMeasurements }: TargetStatus): string {
  return virtualMeasurements > 0 ? `${target} (virtual)` : target;
}

function describeState(target: TargetStatus): string {
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
    `hypervolume ${target.hypervolume === null ? '-' : target.hypervolume.toFixed(4)}`,
    `front ${String(target.frontSize)}`,
    ...others,
  ].join(', ');
}

function describePick({
  kind,
  latencyMs,
  accuracy,
  virtual,
}: TargetStatus['picks'][number]): string {
  return `${kind.replace('-', ' ')} ${latencyMs.toFixed(3)} ms${virtual ? ' virtual' : ''} ${accuracy.toFixed(2)} %`;
}
