import { answerRequests } from './answer_requests';
import type { SessionReply, SessionRequest } from './session_message';

/** What a worker does for its sessions. */
interface SessionService<State, Opening, Entry, Question, Answer> {
  open(opening: Opening): State;
  /** Changes the state by one entry of the journal. */
  apply(state: State, entry: Entry): void;
  answer(state: State, question: Question): Promise<Answer>;
}

/** The worker's side of a `SessionProcess`, called once by its module. */
export function serveSessions<State, Opening, Entry, Question, Answer>(
  service: SessionService<State, Opening, Entry, Question, Answer>,
): void {
  const sessions = new Map<number, { readonly state: State; readonly knownUpTo: number }>();

  const stateFor = ({
    session,
    opening,
    from,
  }: SessionRequest<Opening, Entry, Question>): State | undefined => {
    if (opening !== undefined) return service.open(opening);
    const known = sessions.get(session);
    return known?.knownUpTo === from ? known.state : undefined;
  };
  answerRequests<SessionRequest<Opening, Entry, Question>, SessionReply<Answer>>(
    async (request) => {
      for (const session of request.ended) sessions.delete(session);
      const state = stateFor(request);
      // If this request fails half-way, the session is unknown, and is told anew.
      sessions.delete(request.session);
      if (state === undefined) return { kind: 'unknown' };
      for (const entry of request.entries) service.apply(state, entry);
      const answer = await service.answer(state, request.question);
      sessions.set(request.session, { state, knownUpTo: request.upTo });
      return { kind: 'answered', answer };
    },
  );
}
