import type { FarmObserver } from '../engine/farm_observer';

/** Jobs measured per device since this start. */
export interface MeasuredTally {
  readonly attemptRecorded: FarmObserver['attemptRecorded'];
  count(deviceSerial: string): number;
}

export function createMeasuredTally(): MeasuredTally {
  const counts = new Map<string, number>();
  return {
    attemptRecorded: ({ lease, outcome }) => {
      if (outcome.kind === 'measured') counts.set(lease.deviceSerial, (counts.get(lease.deviceSerial) ?? 0) + 1);
    },
    count: (deviceSerial) => counts.get(deviceSerial) ?? 0,
  };
}
