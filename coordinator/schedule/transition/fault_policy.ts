import type { FarmFaultCode } from '../../../common/fault';

/**
 * What a farm fault says about the device it happened on: `suspect` counts towards quarantine, `cools` means that the
 * device needs rest, `target` that the target's tools on this device are to blame and nothing else of it, `innocent` that
 * the cause lies elsewhere.
 */
type DeviceBlame = 'suspect' | 'cools' | 'target' | 'innocent';

interface FaultPolicy {
  readonly device: DeviceBlame;
  /** Whether it counts towards the job's bound of farm faults; all count towards its bound of attempts. */
  readonly countsForJob: boolean;
}

const policies: Readonly<Record<FarmFaultCode, FaultPolicy>> = {
  disconnected: { device: 'suspect', countsForJob: true },
  timeout: { device: 'suspect', countsForJob: true },
  'storage-full': { device: 'suspect', countsForJob: true },
  'transfer-failed': { device: 'suspect', countsForJob: true },
  'tool-missing': { device: 'target', countsForJob: true },
  'tool-mismatched': { device: 'target', countsForJob: true },
  'flag-unknown': { device: 'target', countsForJob: true },
  'accelerator-missing': { device: 'target', countsForJob: true },
  'accelerator-failed': { device: 'target', countsForJob: true },
  'tool-failed': { device: 'target', countsForJob: true },
  'unreadable-output': { device: 'target', countsForJob: true },
  'too-hot': { device: 'cools', countsForJob: false },
  'battery-low': { device: 'cools', countsForJob: false },
  'artifact-unavailable': { device: 'cools', countsForJob: true },
  'agent-lost': { device: 'innocent', countsForJob: true },
  // An agent that shuts down in good order stops its own work; one that we stopped holds no current lease any more.
  stopped: { device: 'innocent', countsForJob: false },
};

/** What a farm fault costs the device and the job. */
export function faultPolicy(code: FarmFaultCode): FaultPolicy {
  return policies[code];
}
