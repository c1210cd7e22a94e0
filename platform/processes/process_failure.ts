/** What a worker process answers to each request. */
export type ProcessReply<Output> =
  { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly message: string };

/** Why a request to a pool of processes has no answer. `failed`: the request itself, in the worker's words. */
export interface ProcessFailure {
  readonly kind: 'failed' | 'crashed' | 'deadline-exceeded' | 'queue-full' | 'cancelled' | 'closed';
  /** One line. */
  readonly message: string;
}

/** `what` names the work in failures, as in "building X". */
export interface ProcessTask<Request> {
  readonly request: Request;
  readonly what: string;
}
