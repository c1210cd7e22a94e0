/**
 * A question of one session, with the entries of its journal that lead from what the process knows to what it must know.
 * With `opening` the session begins anew, and `entries` is the whole journal.
 */
export interface SessionRequest<Opening, Entry, Question> {
  readonly session: number;
  readonly opening: Opening | undefined;
  /** Positions in the journal: where `entries` begin, and how far the process knows it then. */
  readonly from: number;
  readonly upTo: number;
  readonly entries: readonly Entry[];
  readonly question: Question;
  /** Sessions that have ended since the last request. */
  readonly ended: readonly number[];
}

/** `unknown`: this thread does not know the session as far as `from`; tell it everything. */
export type SessionReply<Answer> =
  { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'unknown' };
