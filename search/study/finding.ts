import type { DeviceKind } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import { median } from '../../common/statistics';
import { isUncertain, latencyInterval, sessionMediansMs } from './latency_interval';

/** What a search keeps in memory of a measurement that counts for it; the rest stays in the ledger. */
export interface Finding {
  readonly latencyMs: number;
  readonly sessionMediansMs: readonly number[];
  readonly unitShare: number | null;
  readonly deviceKind: DeviceKind;
}

/** At least one: the search's own measurement of a network, then those that confirmed it. */
export type Findings = readonly [Finding, ...Finding[]];

export function findingIn(measurement: Measurement): Finding {
  const { latencyMs, conditions } = measurement;
  const { unitShare, deviceKind } = conditions;
  return { latencyMs, sessionMediansMs: sessionMediansMs(measurement), unitShare, deviceKind };
}

/** The median over the sessions of all measurements of each session's median; of one measurement its headline. */
export function latencyMsOf(findings: Findings): number {
  if (findings.length === 1) return findings[0].latencyMs;
  return median(findings.flatMap((finding) => finding.sessionMediansMs));
}

/** A share that one of them does not prove counts as none. */
export function leastShare(findings: Findings): number | null {
  const shares = findings.map(({ unitShare }) => unitShare);
  return shares.every((share) => share !== null) ? Math.min(...shares) : null;
}

/** A number that a virtual phone had a part in is no measurement of silicon. */
export function isVirtual(findings: readonly Pick<Finding, 'deviceKind'>[]): boolean {
  return findings.some(({ deviceKind }) => deviceKind === 'virtual');
}

/** Not known to better than their own size. */
export function areUncertain([first, ...others]: readonly Finding[]): boolean {
  if (first === undefined) return false;
  const findings: Findings = [first, ...others];
  return isUncertain(
    latencyInterval(findings.flatMap((finding) => finding.sessionMediansMs)),
    latencyMsOf(findings),
  );
}
