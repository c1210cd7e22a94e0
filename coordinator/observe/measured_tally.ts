import type { FarmObserver } from '../engine/farm_observer';

/** Jobs measured per device, over all starts of the coordinator. */
export interface MeasuredTally {
  /** An observer that is told everything, and counts on the way. */
  countFor(observer: FarmObserver): FarmObserver;
  jobsMeasured(deviceSerial: string): number;
}

/** `before`: what the ledger holds already, by serial number. */
export function createMeasuredTally(before: ReadonlyMap<string, number>): MeasuredTally {
  const counts = new Map(before);
  const jobsMeasured = (deviceSerial: string): number => counts.get(deviceSerial) ?? 0;
  return {
    countFor: (observer) => ({
      ...observer,
      attemptRecorded: (attempt) => {
        const { deviceSerial } = attempt.lease;
        if (attempt.outcome.kind === 'measured')
          counts.set(deviceSerial, jobsMeasured(deviceSerial) + 1);
        observer.attemptRecorded(attempt);
      },
    }),
    jobsMeasured,
  };
}
