import type { Logger } from '../../platform/logger';
import { farmFault } from '../../common/fault';
import type { Job, JobResult, Lease, Outcome } from '../../common/job';

/** How a leased job is carried out on the worker's device: fetch, push, measure, clean up. Never rejects. */
type Measure = (job: Job, signal: AbortSignal) => Promise<Outcome>;

interface DeviceWorkerOptions {
  readonly deviceSerial: string;
  readonly agentId: string;
  readonly measure: Measure;
  /** Resolves once the result is on this machine's disk. */
  readonly keepResult: (result: JobResult) => Promise<void>;
  readonly logger: Logger;
}

type WorkerState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'working';
      readonly lease: Lease;
      readonly abort: AbortController;
      readonly finished: Promise<void>;
    }
  | { readonly kind: 'closed' };

/** One per attached device, so that one phone's trouble never touches another. It works on one lease at a time. */
export interface DeviceWorker {
  readonly deviceSerial: string;
  heldLease(): Lease | undefined;
  run(job: Job, lease: Lease): void;
  /** The lease is void: the work ends and nothing is published for it. */
  stop(lease: Lease): void;
  /** Ends the work, with a `disconnected` result when a lease is held, and waits for it. */
  close(): Promise<void>;
}

/** Idle at first. It never rejects: what goes wrong is an outcome. */
export function createDeviceWorker(options: DeviceWorkerOptions): DeviceWorker {
  let state: WorkerState = { kind: 'idle' };

  const work = async (job: Job, lease: Lease, abort: AbortController): Promise<void> => {
    const outcome = await options.measure(job, abort.signal);
    const revoked = abort.signal.aborted && abort.signal.reason === revokedLease;
    if (!revoked) {
      await options.keepResult({
        lease,
        agentId: options.agentId,
        artifactDigest: job.artifact.digest,
        outcome,
      });
    }
    options.logger.debug(
      {
        device: options.deviceSerial,
        jobId: job.jobId,
        epoch: lease.epoch,
        outcome: outcome.kind,
        revoked,
      },
      'job ended',
    );
    if (state.kind === 'working' && state.lease.epoch === lease.epoch) state = { kind: 'idle' };
  };

  const start = (job: Job, lease: Lease): void => {
    const abort = new AbortController();
    // Set before the first await inside `work`, so that a second command in the same tick sees the device busy.
    const finished = Promise.resolve().then(() => work(job, lease, abort));
    state = { kind: 'working', lease, abort, finished };
  };

  return {
    deviceSerial: options.deviceSerial,
    heldLease: () =>
      state.kind === 'working' && !state.abort.signal.aborted ? state.lease : undefined,
    run: (job, lease) => {
      switch (state.kind) {
        case 'idle':
          start(job, lease);
          return;
        case 'working': {
          if (state.lease.epoch === lease.epoch) return;
          // The coordinator grants anew only when the old lease is void; the old work must leave the device first.
          const previous = state;
          previous.abort.abort(revokedLease);
          void previous.finished.then(() => {
            if (state.kind !== 'closed') start(job, lease);
          });
          return;
        }
        case 'closed':
          void options.keepResult(refusal(options, job, lease));
          return;
      }
    },
    stop: (lease) => {
      if (state.kind === 'working' && state.lease.epoch === lease.epoch)
        state.abort.abort(revokedLease);
    },
    close: async () => {
      const last = state;
      state = { kind: 'closed' };
      if (last.kind !== 'working') return;
      last.abort.abort(closedWorker);
      await last.finished;
    },
  };
}

const revokedLease = 'lease revoked';
const closedWorker = 'device gone';

function refusal(options: DeviceWorkerOptions, job: Job, lease: Lease): JobResult {
  const outcome = farmFault('disconnected', `${options.deviceSerial} is no longer attached`);
  return { lease, agentId: options.agentId, artifactDigest: job.artifact.digest, outcome };
}
