import type { FarmFault } from '../../../common/fault';
import type { Lease } from '../../../common/job';
import type { FleetDevice, StandingState } from '../state/device';
import {
  coolingMs,
  faultsToQuarantine,
  firstQuarantineMs,
  largestQuarantineMs,
} from '../state/limits';
import { healthy, releaseDevice, whenFree, whenStanding } from './device_state';
import { faultPolicy } from './fault_policy';
import { judgeTarget, provesTools, type TargetAttempt } from './target_health';

/** A lease that ended, with what it was for. */
interface DeviceAttempt extends TargetAttempt {
  readonly lease: Lease;
}

/** The lease ended with an outcome, which may tell something about the device or one of its targets. */
export function judgeDevice(
  device: FleetDevice,
  attempt: DeviceAttempt,
  nowMs: number,
): FleetDevice {
  const { lease, outcome } = attempt;
  const troubles = judgeTarget(device.troubles, attempt, nowMs);
  const released = {
    ...releaseDevice(device, nowMs),
    troubles,
    provenTargets: provenAfter(device, attempt),
  };
  if (outcome.kind === 'measured') return { ...released, health: healthy };
  // A candidate that fails says nothing about the phone, neither good nor bad.
  if (outcome.kind === 'candidate-fault') return released;
  switch (faultPolicy(outcome.code).device) {
    case 'innocent':
    case 'target':
      return released;
    case 'cools':
      return rest(released, { kind: 'cooling', untilMs: nowMs + restMs(outcome), fault: outcome });
    case 'suspect':
      return suspect(released, lease.jobId, outcome, nowMs);
  }
}

function provenAfter(
  { provenTargets }: FleetDevice,
  { outcome, targetKey }: DeviceAttempt,
): readonly string[] {
  const proven = provesTools(outcome) && !provenTargets.includes(targetKey);
  return proven ? [...provenTargets, targetKey] : provenTargets;
}

function suspect(device: FleetDevice, jobId: string, fault: FarmFault, nowMs: number): FleetDevice {
  const { quarantinesInARow } = device.health;
  const faultsInARow = [...device.health.faultsInARow, { jobId, fault }].slice(-faultsToQuarantine);
  const onProbation = quarantinesInARow > 0;
  // One job alone never condemns a phone: it may be the job that hangs every phone.
  const guilty =
    faultsInARow.length >= faultsToQuarantine &&
    new Set(faultsInARow.map((entry) => entry.jobId)).size > 1;
  if (!onProbation && !guilty) return { ...device, health: { faultsInARow, quarantinesInARow } };
  const untilMs =
    nowMs + Math.min(largestQuarantineMs, firstQuarantineMs * 2 ** Math.min(quarantinesInARow, 20));
  const health = { faultsInARow, quarantinesInARow: quarantinesInARow + 1 };
  return rest(
    { ...device, health },
    { kind: 'quarantined', untilMs, faults: faultsInARow.map((entry) => entry.fault) },
  );
}

/** Draining is the operator's word and goes before the farm's own. */
function rest(device: FleetDevice, state: StandingState): FleetDevice {
  return whenFree(device, (free) =>
    whenStanding(free, (standing) => (standing.kind === 'drained' ? standing : state)),
  );
}

function restMs({ code }: FarmFault): number {
  return code === 'battery-low' || code === 'artifact-unavailable'
    ? coolingMs[code]
    : coolingMs['too-hot'];
}
