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

const revokedLease = 'lease revoked';
const closedWorker = 'device gone';

/**
 * One per attached device, so that one phone's trouble never touches another. It works on one lease at a time. Nothing here rejects: what goes wrong is an outcome.
 */
export class DeviceWorker {
  readonly #options: DeviceWorkerOptions;
  #state: WorkerState = { kind: 'idle' };

  constructor(options: DeviceWorkerOptions) {
    this.#options = options;
  }

  heldLease(): Lease | undefined {
    const state = this.#state;
    return state.kind === 'working' && !state.abort.signal.aborted ? state.lease : undefined;
  }

  run(job: Job, lease: Lease): void {
    const state = this.#state;
    switch (state.kind) {
      case 'idle':
        this.#start(job, lease);
        return;
      case 'working':
        if (state.lease.epoch === lease.epoch) return;
        // The coordinator grants anew only when the old lease is void; the old work must leave the device first.
        state.abort.abort(revokedLease);
        void state.finished.then(() => {
          if (this.#state.kind !== 'closed') this.#start(job, lease);
        });
        return;
      case 'closed':
        void this.#keep(job, lease, this.#refusal());
        return;
    }
  }

  /** The lease is void: the work ends and nothing is published for it. */
  stop(lease: Lease): void {
    if (this.#state.kind === 'working' && this.#state.lease.epoch === lease.epoch)
      this.#state.abort.abort(revokedLease);
  }

  /** Ends the work, with a `disconnected` result when a lease is held, and waits for it. */
  async close(): Promise<void> {
    const last = this.#state;
    this.#state = { kind: 'closed' };
    if (last.kind !== 'working') return;
    last.abort.abort(closedWorker);
    await last.finished;
  }

  #start(job: Job, lease: Lease): void {
    const abort = new AbortController();
    // Set before the first await inside, so that a second command in the same tick sees the device busy.
    const finished = Promise.resolve().then(() => this.#work(job, lease, abort.signal));
    this.#state = { kind: 'working', lease, abort, finished };
  }

  async #work(job: Job, lease: Lease, signal: AbortSignal): Promise<void> {
    const outcome = await this.#options.measure(job, signal);
    const revoked = signal.aborted && signal.reason === revokedLease;
    if (!revoked) await this.#keep(job, lease, outcome);
    const { logger, deviceSerial: device } = this.#options;
    const { jobId } = job;
    logger.debug(
      { device, jobId, epoch: lease.epoch, outcome: outcome.kind, revoked },
      'job ended',
    );
    if (this.#state.kind === 'working' && this.#state.lease.epoch === lease.epoch)
      this.#state = { kind: 'idle' };
  }

  #keep(job: Job, lease: Lease, outcome: Outcome): Promise<void> {
    const { agentId, keepResult } = this.#options;
    return keepResult({ lease, agentId, artifactDigest: job.artifact.digest, outcome });
  }

  #refusal(): Outcome {
    return farmFault('disconnected', `${this.#options.deviceSerial} is no longer attached`);
  }
}
