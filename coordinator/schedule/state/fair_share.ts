import { Map } from 'immutable';

/**
 * Weighted fair sharing of one pool's device time among the owners of one priority: start-time fair queueing. Each owner
 * has a tag, its device time divided by its weight; the smallest tag is served next. An owner that was away starts at
 * the virtual time of those who were not, so absence earns nothing; what it used beyond its share is kept against it.
 * Goyal, Vin, Cheng: Start-time Fair Queueing, SIGCOMM 1996, https://doi.org/10.1145/248156.248171
 */
export interface FairShare {
  /** Tag of the last grant. */
  readonly virtualMs: number;
  readonly openJobs: number;
  readonly accounts: Map<string, Account>;
}

export interface Account {
  readonly openJobs: number;
  readonly tagMs: number;
  /** Running mean of the owner's device time per job: charged at the grant, corrected when the lease ends. */
  readonly typicalMs: number;
}

/** Before the first job of an owner ends, its length is a guess. */
const firstGuessMs = 10_000;
const typicalSmoothing = 0.2;

const newAccount: Account = { openJobs: 0, tagMs: 0, typicalMs: firstGuessMs };
export const emptyShare: FairShare = { virtualMs: 0, openJobs: 0, accounts: Map() };

export function tagMs(share: FairShare | undefined, ownerId: string): number {
  return share?.accounts.get(ownerId)?.tagMs ?? 0;
}

export function openAccount(share: FairShare, ownerId: string): FairShare {
  const account = share.accounts.get(ownerId) ?? newAccount;
  const tag = account.openJobs === 0 ? Math.max(account.tagMs, share.virtualMs) : account.tagMs;
  return {
    ...share,
    openJobs: share.openJobs + 1,
    accounts: share.accounts.set(ownerId, {
      ...account,
      openJobs: account.openJobs + 1,
      tagMs: tag,
    }),
  };
}

/** `count` of the owner's jobs ended. An idle owner's account is kept only while it is in debt. */
export function closeAccount(share: FairShare, ownerId: string, count: number): FairShare {
  const account = share.accounts.get(ownerId) ?? newAccount;
  const openJobs = account.openJobs - count;
  const settled = openJobs === 0 && account.tagMs <= share.virtualMs;
  const accounts = settled
    ? share.accounts.delete(ownerId)
    : share.accounts.set(ownerId, { ...account, openJobs });
  return { ...share, openJobs: share.openJobs - count, accounts };
}

/** A paused owner was away too. */
export function forgoCredit(share: FairShare, ownerId: string): FairShare {
  const account = share.accounts.get(ownerId);
  if (account === undefined || account.tagMs >= share.virtualMs) return share;
  return {
    ...share,
    accounts: share.accounts.set(ownerId, { ...account, tagMs: share.virtualMs }),
  };
}

/** Charges the expected device time of a grant. */
export function chargeGrant(
  share: FairShare,
  ownerId: string,
  weight: number,
): { readonly share: FairShare; readonly chargedMs: number } {
  const account = share.accounts.get(ownerId) ?? newAccount;
  const virtualMs = Math.max(share.virtualMs, account.tagMs);
  const accounts = share.accounts.set(ownerId, {
    ...account,
    tagMs: account.tagMs + account.typicalMs / weight,
  });
  return {
    share: { ...share, virtualMs, accounts: withoutSettled(accounts, share, virtualMs) },
    chargedMs: account.typicalMs,
  };
}

/** Replaces the expected device time by what the lease really took. */
export function settleLease(
  share: FairShare,
  ownerId: string,
  weight: number,
  times: { readonly chargedMs: number; readonly actualMs: number },
): FairShare {
  const account = share.accounts.get(ownerId);
  if (account === undefined) return share;
  const typicalMs = account.typicalMs + typicalSmoothing * (times.actualMs - account.typicalMs);
  const tag = account.tagMs + (times.actualMs - times.chargedMs) / weight;
  return { ...share, accounts: share.accounts.set(ownerId, { ...account, typicalMs, tagMs: tag }) };
}

/** Debts that the virtual time has overtaken; looked for only when idle accounts may have piled up. */
function withoutSettled(
  accounts: FairShare['accounts'],
  share: FairShare,
  virtualMs: number,
): FairShare['accounts'] {
  if (accounts.size <= 2 * share.openJobs) return accounts;
  return accounts.filter((account) => account.openJobs > 0 || account.tagMs > virtualMs);
}
