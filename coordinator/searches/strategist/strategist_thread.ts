import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Expectation } from '../../../search/expectation';
import type { Ask } from '../../../search/strategy';
import type { StrategistTask } from './strategies';
import type { Strategist, Word } from './strategist';
import type { StrategistReply, StrategistRequest } from './strategist_message';

interface StrategistThreadOptions {
  /** A compiled module that answers as `strategist_worker` does. */
  readonly workerFile: string;
  /** For one answer, from the moment the question is sent. */
  readonly deadlineMs: number;
}

/** A model of two thousand measurements takes seconds; a thread that is silent for minutes hangs. */
export const defaultStrategistThread: StrategistThreadOptions = {
  workerFile: join(__dirname, 'strategist_worker.js'),
  deadlineMs: 300_000,
};

/** A thread can die of what another search did to it, so a question is put twice; what fails then fails by itself. */
const mostTries = 2;
/** Above what a surrogate of two thousand measurements takes by far. */
const largestHeapMb = 4_096;

interface Session {
  readonly number: number;
  readonly task: StrategistTask;
  /** All words and proposals, in order: what a thread must hear that does not know the session. */
  readonly heard: { readonly target: string; readonly word: Word }[];
  /** Of pending proposals, by target and architecture. */
  readonly expectations: Map<string, Expectation>;
  /** The thread that knows it. */
  worker: Worker | undefined;
}

interface Question {
  readonly session: Session;
  readonly target: string;
  readonly resolve: (answer: Ask) => void;
  readonly reject: (error: Error) => void;
  tries: number;
  timer: NodeJS.Timeout | undefined;
}

/** Strategies that compute for long, in one thread beside the event loop. A thread learns of a search when it is first asked; one that died is replaced. */
export class StrategistThread {
  readonly #options: StrategistThreadOptions;
  readonly #questions = new Map<number, Question>();
  #worker: Worker | undefined;
  #sessions = 0;
  #asked = 0;

  constructor(options: StrategistThreadOptions) {
    this.#options = options;
  }

  open(task: StrategistTask): Strategist {
    this.#sessions += 1;
    const session: Session = {
      number: this.#sessions,
      task,
      heard: [],
      expectations: new Map(),
      worker: undefined,
    };
    return {
      hear: (target, word) => {
        session.heard.push({ target, word });
        if (word.kind !== 'adopt') session.expectations.delete(placeOf(target, word.architecture));
        if (session.worker !== undefined)
          post(session.worker, { kind: 'word', session: session.number, target, word });
      },
      ask: async (target) => {
        const answer = await this.#ask(session, target);
        if (typeof answer === 'object')
          session.heard.push({ target, word: { kind: 'adopt', proposal: answer } });
        return answer;
      },
      expectationOf: (target, architecture) =>
        session.expectations.get(placeOf(target, architecture)),
      close: () => this.#closeSession(session),
    };
  }

  /** What is asked now is rejected. */
  async close(): Promise<void> {
    for (const number of [...this.#questions.keys()])
      this.#take(number)?.reject(new Error('the strategist is closed'));
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(session: Session, target: string): Promise<Ask> {
    return new Promise((resolve, reject) => {
      this.#asked += 1;
      this.#questions.set(this.#asked, {
        session,
        target,
        resolve,
        reject,
        tries: 0,
        timer: undefined,
      });
      this.#put(this.#asked);
    });
  }

  /** Sends a question, for the first time or to a new thread. */
  #put(number: number): void {
    const question = this.#questions.get(number);
    if (question === undefined) return;
    const worker = this.#worker ?? this.#start();
    question.tries += 1;
    question.timer = setTimeout(
      () => this.#lose(worker, `no answer within ${String(this.#options.deadlineMs)} ms`),
      this.#options.deadlineMs,
    );
    const { session, target } = question;
    introduce(session, worker);
    post(worker, { kind: 'ask', session: session.number, target, question: number });
    worker.ref();
  }

  #start(): Worker {
    const worker = new Worker(this.#options.workerFile, {
      resourceLimits: { maxOldGenerationSizeMb: largestHeapMb },
    });
    this.#worker = worker;
    worker.on('message', (reply: StrategistReply) => this.#settle(reply));
    worker.on('error', (error: Error) => this.#lose(worker, error.message));
    worker.on('exit', (code) => this.#lose(worker, `exit ${String(code)}`));
    // An idle strategist is no reason for the program to stay alive.
    worker.unref();
    return worker;
  }

  #settle(reply: StrategistReply): void {
    const question = this.#take(reply.question);
    if (reply.ok && typeof reply.answer === 'object' && reply.expectation !== undefined)
      question?.session.expectations.set(
        placeOf(question.target, reply.answer.architecture),
        reply.expectation,
      );
    if (reply.ok) question?.resolve(reply.answer);
    else question?.reject(new Error(reply.message));
  }

  /** The thread has crashed, or hangs: what it was asked is asked once more, of its successor. */
  #lose(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    void worker.terminate();
    for (const [number, question] of [...this.#questions]) {
      clearTimeout(question.timer);
      if (question.tries < mostTries) this.#put(number);
      else this.#take(number)?.reject(new Error(`the strategist ended: ${reason}`));
    }
  }

  #closeSession(session: Session): void {
    for (const [number, question] of [...this.#questions])
      if (question.session === session)
        this.#take(number)?.reject(new Error('the search is closed'));
    if (session.worker !== undefined && session.worker === this.#worker)
      post(session.worker, { kind: 'close', session: session.number });
    session.worker = undefined;
  }

  #take(number: number): Question | undefined {
    const question = this.#questions.get(number);
    if (question === undefined) return undefined;
    clearTimeout(question.timer);
    this.#questions.delete(number);
    if (this.#questions.size === 0) this.#worker?.unref();
    return question;
  }
}

function placeOf(target: string, architecture: string): string {
  return `${target} ${architecture}`;
}

/** Tells a thread all of a session that it does not know. */
function introduce(session: Session, worker: Worker): void {
  if (session.worker === worker) return;
  session.worker = worker;
  post(worker, { kind: 'open', session: session.number, task: session.task });
  for (const { target, word } of session.heard)
    post(worker, { kind: 'word', session: session.number, target, word });
}

function post(worker: Worker, request: StrategistRequest): void {
  worker.postMessage(request);
}
