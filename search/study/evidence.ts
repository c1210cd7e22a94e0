import type { Measurement } from '../../common/measurement';
import type { TrialEnd } from '../../common/trial';
import type { Observed } from '../spec/violation';
import type { Finding } from './finding';
import { observedIn } from './observed';

/** What a study keeps of a measurement; the rest stays in the ledger. */
export interface Evidence extends Observed, Finding {
  /** The job whose measurement it is, though another job may have made it. */
  readonly jobId: string;
  /** How long the device was at it. */
  readonly deviceMs: number;
}

/** What a measurement says, as the study keeps it. */
function evidenceOf(jobId: string, measurement: Measurement): Evidence {
  const { startedAtMs, finishedAtMs } = measurement;
  // A phone's clock can be set back meanwhile.
  const deviceMs = Math.max(0, finishedAtMs - startedAtMs);
  return { ...observedIn(measurement), jobId, deviceMs };
}

/** A trial's end as the study keeps it. */
export function keptEnd(
  jobId: string,
  end: TrialEnd<{ readonly measurement: Measurement }>,
): TrialEnd<Evidence> {
  switch (end.kind) {
    case 'measured':
      return { kind: 'measured', ...evidenceOf(jobId, end.measurement) };
    case 'reused': {
      const { fromJobId, measurement } = end;
      return { kind: 'reused', fromJobId, ...evidenceOf(jobId, measurement) };
    }
    case 'infeasible':
      return { kind: 'infeasible', refusedBy: end.refusedBy, fault: end.fault };
    case 'abandoned':
      return { kind: 'abandoned', fault: end.fault };
  }
}
