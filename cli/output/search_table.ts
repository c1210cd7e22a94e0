import type { SearchStatus } from '../../proto/codec/search_status';
import { describeBudget } from './spending';
import { formatTable } from './table';

/** One line for each search. */
export function describeSearches(searches: readonly SearchStatus[]): string {
  const rows = searches.map((each) => {
    const measured = each.targets.reduce((sum, target) => sum + target.measured, 0);
    const budgets = each.targets.flatMap(({ budget }) => budget ?? []);
    const total = each.budgetShared
      ? (budgets[0] ?? 0)
      : budgets.reduce((sum, budget) => sum + budget, 0);
    const budget = budgets.length === each.targets.length ? `/${String(total)}` : '';
    return [
      each.searchId,
      each.state,
      each.name,
      each.space,
      each.strategy,
      `${String(measured)}${budget}`,
      new Date(each.createdAtMs).toISOString(),
    ];
  });
  return formatTable(['SEARCH', 'STATE', 'NAME', 'SPACE', 'STRATEGY', 'MEASURED', 'CREATED'], rows);
}

/** One search, with a line for each target. */
export function describeSearch(search: SearchStatus): string {
  const count = (value: number): { value: number; decimals: number } => ({ value, decimals: 0 });
  const rows = search.targets.map((each) => [
    each.virtualMeasurements > 0 ? `${each.target} (virtual)` : each.target,
    describeBudget(each, search.wallMinutes),
    count(each.reused),
    count(each.inFlight),
    count(each.infeasible),
    count(each.abandoned),
    each.confirming === 0
      ? String(each.confirmed)
      : `${String(each.confirmed)}/${String(each.confirmed + each.confirming)}`,
    { value: each.hypervolume, decimals: 4 },
    { value: each.frontHypervolume, decimals: 4 },
    count(each.frontSize),
  ]);
  return [
    describeSearches([search]),
    '',
    formatTable(
      [
        'TARGET',
        'SPENT',
        'REUSED',
        'RUNNING',
        'INFEASIBLE',
        'ABANDONED',
        'CONFIRMED',
        'HYPERVOLUME',
        'OF THE FRONT NOW',
        'FRONT',
      ],
      rows,
    ),
  ].join('\n');
}
