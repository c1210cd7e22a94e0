import { Set } from 'immutable';

/** Remembers at least the last `capacity` members added and at most twice as many, in constant time per operation. */
export interface RecentSet {
  readonly capacity: number;
  readonly newer: Set<string>;
  readonly older: Set<string>;
}

export function emptyRecentSet(capacity: number): RecentSet {
  return { capacity, newer: Set(), older: Set() };
}

export function includesRecent(set: RecentSet, member: string): boolean {
  return set.newer.has(member) || set.older.has(member);
}

/** The older half is forgotten when the newer one is full. */
export function addRecent(set: RecentSet, member: string): RecentSet {
  const newer = set.newer.add(member);
  return newer.size <= set.capacity
    ? { ...set, newer }
    : { ...set, newer: Set.of(member), older: set.newer };
}
