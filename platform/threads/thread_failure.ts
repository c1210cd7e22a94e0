export type ThreadFailureKind =
  | 'failed'
  | 'crashed'
  | 'out-of-memory'
  | 'deadline-exceeded'
  | 'aborted'
  | 'queue-full'
  | 'closed';

/** Why a request to a pool of threads has no answer. `failed`: the request itself, in the worker's words. */
export interface ThreadFailure {
  readonly kind: ThreadFailureKind;
  readonly message: string;
}

/** What a worker answers; one answer to each request, in their order. */
export type ThreadReply<Output> =
  { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly message: string };

/** `what` names the work in failures, as in "building X". */
export interface ThreadTask<Request> {
  readonly request: Request;
  readonly what: string;
  /** Memory in the request that the thread takes over, instead of a copy that the event loop would have to make. */
  readonly handedOver?: readonly ArrayBuffer[];
  /** Aborted: a task that waits is dropped, one at work is ended with its thread. */
  readonly signal?: AbortSignal;
}
