import { offersTarget, type DeviceDescription } from '../../common/device';
import { answersPlan, type Job } from '../../common/job';
import type { Conditions } from '../../common/measurement';
import { formatTarget } from '../../common/target';
import type { DeviceRecords } from '../ledger/device_records';
import type { EarlierMeasurement, MeasurementRecords } from '../ledger/measurement_records';

/**
 * A measurement that need not be made again: of the same model on the same target by the same plan, with a tool, agent and operating
 * system that a device of the target has today. One that was cut short counts where this one would be cut short too. Of several the newest that is trusted, else the newest.
 */
export async function findEarlierMeasurement(
  job: Job,
  ledger: {
    readonly measurements: Pick<MeasurementRecords, 'earlier'>;
    readonly devices: Pick<DeviceRecords, 'all'>;
  },
): Promise<EarlierMeasurement | undefined> {
  const candidates = (
    await ledger.measurements.earlier(job.artifact.digest, formatTarget(job.target))
  ).filter(({ plan, measurement }) => answersPlan(measurement, plan, job.plan));
  if (candidates.length === 0) return undefined;
  const devices = (await ledger.devices.all())
    .map(({ description }) => description)
    .filter((device) => offersTarget(device, job.target));
  const repeatable = candidates.filter(({ measurement }) =>
    devices.some((device) => wouldRepeat(device, measurement.conditions)),
  );
  return (
    repeatable.find(({ measurement }) => measurement.conditions.caveats.length === 0) ??
    repeatable[0]
  );
}

function wouldRepeat(
  device: DeviceDescription,
  { osBuild, tool, toolDigest, agentVersion }: Conditions,
): boolean {
  return (
    device.osBuild === osBuild &&
    device.tools.some(
      (each) =>
        each.name === tool &&
        each.digest === (toolDigest ?? '') &&
        each.agentVersion === agentVersion,
    )
  );
}
