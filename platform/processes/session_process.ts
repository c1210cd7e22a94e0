import { fail, ok, type Result } from '../../common/result';
import type { SessionReply, SessionRequest } from './session_message';
import type { ProcessFailure } from './process_failure';
import type { ListedProcess } from './listed_process';
import { ProcessPool, type ProcessPoolOptions } from './process_pool';

export interface SessionProcessOptions extends Omit<
  ProcessPoolOptions,
  'processes' | 'largestQueue'
> {
  /** A compiled module that answers by `serveSessions`. */
  readonly workerFile: string;
}

/** A process can die of what another session did to it, so a question is put twice; what fails then fails by itself. */
const mostTries = 2;

interface SessionOptions<Opening, Entry, Answer> {
  readonly opening: Opening;
  /** What an answer changes in the state that gave it; a process that did not give it is told so. */
  readonly entryOf: (answer: Answer) => Entry | undefined;
}

/** A state in the process, and what it is asked. */
export interface ProcessSession<Entry, Question, Answer> {
  /** The state will know it before the next question. */
  tell(entry: Entry): void;
  /** Knows every entry that was told before it is this question's turn. `what` names the question in failures. */
  ask(question: Question, what: string): Promise<Result<Answer, ProcessFailure>>;
  /** What is asked now fails as `closed`. */
  close(): void;
}

interface JournalEntry<Entry> {
  readonly entry: Entry;
  /** The process that answered knows it already. */
  readonly isImplied: boolean;
}

/**
 * States that are costly to compute with, in one process beside the event loop. Each is what its journal makes of it, and the
 * journal is here: a process that crashed, hung, or ended for want of work is replaced by one that is told everything again.
 */
export class SessionProcess<Opening, Entry, Question, Answer> {
  readonly #pool: ProcessPool<SessionRequest<Opening, Entry, Question>, SessionReply<Answer>>;
  #sessions = 0;
  #ended: number[] = [];
  /** One question at a time, so that each is put with all that the answers before it changed. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SessionProcessOptions) {
    // The questions that wait are here, not in the pool.
    this.#pool = new ProcessPool({ ...options, processes: 1, largestQueue: 1 });
  }

  open(options: SessionOptions<Opening, Entry, Answer>): ProcessSession<Entry, Question, Answer> {
    this.#sessions += 1;
    const session = new OpenSession(this.#sessions, options);
    const closed = new Promise<Result<Answer, ProcessFailure>>((resolve) => {
      session.onClose = () => resolve(fail({ kind: 'closed', message: 'the session is closed' }));
    });
    return {
      tell: (entry) => session.tell(entry),
      ask: (question, what) => {
        const answered = this.#turn.then(() => this.#ask(session, question, what));
        this.#turn = answered;
        return Promise.race([answered, closed]);
      },
      close: () => {
        session.onClose();
        this.#ended.push(session.number);
      },
    };
  }

  processes(): readonly ListedProcess[] {
    return this.#pool.processes();
  }

  /** What is asked now fails. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #ask(
    session: OpenSession<Opening, Entry, Answer>,
    question: Question,
    what: string,
  ): Promise<Result<Answer, ProcessFailure>> {
    for (let tries = 1; ;) {
      const ended = this.#ended.splice(0);
      const request = { ...session.untold(), session: session.number, question, ended };
      const result = await this.#pool.run({ request, what });
      if (!result.ok) {
        session.forgetTold();
        const isLost = result.error.kind !== 'failed' && result.error.kind !== 'closed';
        if (!isLost || tries === mostTries) return result;
        tries += 1;
      } else if (result.value.kind === 'unknown') session.forgetTold();
      else {
        session.answered(request.upTo, result.value.answer);
        return ok(result.value.answer);
      }
    }
  }
}

class OpenSession<Opening, Entry, Answer> {
  onClose: () => void = () => undefined;
  readonly #journal: JournalEntry<Entry>[] = [];
  #toldUpTo: number | undefined;

  constructor(
    readonly number: number,
    private readonly options: SessionOptions<Opening, Entry, Answer>,
  ) {}

  tell(entry: Entry): void {
    this.#journal.push({ entry, isImplied: false });
  }

  untold(): Pick<SessionRequest<Opening, Entry, never>, 'opening' | 'from' | 'upTo' | 'entries'> {
    const from = this.#toldUpTo ?? 0;
    const isNew = this.#toldUpTo === undefined;
    return {
      opening: isNew ? this.options.opening : undefined,
      from,
      upTo: this.#journal.length,
      entries: this.#journal
        .slice(from)
        .filter(({ isImplied }) => isNew || !isImplied)
        .map(({ entry }) => entry),
    };
  }

  answered(upTo: number, answer: Answer): void {
    this.#toldUpTo = upTo;
    const entry = this.options.entryOf(answer);
    if (entry !== undefined) this.#journal.push({ entry, isImplied: true });
  }

  forgetTold(): void {
    this.#toldUpTo = undefined;
  }
}
