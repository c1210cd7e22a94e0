import { parseTarget } from '../../common/target';
import type { SearchStatus, TargetStatus } from '../../proto/codec/search_status';
import { msPerMinute, wallMsLeft } from '../../search/spec/budget';
import type { SearchView, TargetProgressView } from '../searches/search_view';
import { wallMsAt } from '../../search/study/wall_time';

/** What a search's summary does not say, since it changes by itself. */
interface Circumstances {
  readonly nowMs: number;
  /** Devices at work for the search, by target; those without are left out. */
  readonly busy: ReadonlyMap<string, number>;
  readonly deviceCount: (target: ReturnType<typeof parseTarget>) => number;
}

/** How a search stands at this moment. */
export function searchStatus(view: SearchView, present: Circumstances): SearchStatus {
  const { searchId, name, state, space, strategy, seed, createdAtMs, problem } = view;
  const wallMs = wallMsAt(view.wall, present.nowMs);
  return {
    ...{ searchId, name, state, space, strategy, createdAtMs, problem },
    seed: strategy === 'external' ? null : seed,
    budgetShared: view.isBudgetShared,
    wallMinutes: wallMs / msPerMinute,
    targets: view.targets.map((each) => ({
      ...targetStatus(each, state === 'running' ? wallMs : undefined),
      devicesBusy: present.busy.get(each.target) ?? 0,
      devices: present.deviceCount(parseTarget(each.target)),
    })),
  };
}

/** `wallMs`: how long the search has been running; undefined when it does not run. */
function targetStatus(
  { budget, spent, phoneMs, confirmedMs, picks, ...counts }: TargetProgressView,
  wallMs: number | undefined,
): Omit<TargetStatus, 'devicesBusy' | 'devices'> {
  const leftMs = wallMs === undefined ? undefined : wallMsLeft(budget, { ...spent, wallMs });
  return {
    ...counts,
    budget: budget.measurements ?? null,
    spentMeasurements: spent.measured,
    spentPhoneMinutes: spent.phoneMs / msPerMinute,
    phoneMinutes: phoneMs / msPerMinute,
    budgetPhoneMinutes: budget.phoneMinutes ?? null,
    budgetWallMinutes: budget.wallMinutes ?? null,
    secondsLeft: leftMs === undefined ? null : Math.max(0, leftMs) / 1_000,
    confirmMinutes: confirmedMs / msPerMinute,
    picks: picks.map(({ accuracyPercent, isVirtual, ...pick }) => ({
      ...pick,
      accuracy: accuracyPercent,
      virtual: isVirtual,
    })),
  };
}
