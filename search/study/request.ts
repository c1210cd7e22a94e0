/** What the ledger has of a search. */
export type SearchState = 'running' | 'paused' | 'stopped' | 'finished';

/** What was added to the budget of each target of a search. The id is its maker's, so that adding it twice adds it once. */
export interface SearchExtension {
  readonly extensionId: string;
  readonly measurements: number;
  readonly phoneMinutes: number;
  readonly wallMinutes: number;
}

/** What somebody wants of a study. They are served one after the other. */
export type Request =
  | { readonly kind: 'pause'; readonly problem: string | null }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'extend'; readonly extension: SearchExtension }
  /** Canonical names of what an outside searcher proposes, none twice. */
  | { readonly kind: 'offer'; readonly target: string; readonly architectures: readonly string[] };

/** A request, and who is to be answered; null where the study asks it of itself. */
export interface WaitingRequest {
  readonly requestId: number | null;
  readonly request: Request;
  /** `saving`: what it asks for is being written. */
  readonly state: 'waiting' | 'saving';
}

/** How a request ended. What a state does not permit changes nothing, and is `done`: the state tells. */
export type RequestAnswer =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'refused';
      readonly cause: 'no-such-limit' | 'full' | 'stopped';
      readonly message: string;
    };
