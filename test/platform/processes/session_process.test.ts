import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Result } from '../../../common/result';
import {
  SessionProcess,
  type SessionProcessOptions,
  type ProcessSession,
} from '../../../platform/processes/session_process';
import type { ProcessFailure } from '../../../platform/processes/process_failure';

jest.setTimeout(60_000);

interface Answer {
  readonly question: string;
  readonly state: readonly string[];
}

type Session = ProcessSession<string, string, Answer>;

let worker: SessionProcess<string, string, string, Answer>;
const openProcess = (options: Partial<SessionProcessOptions> = {}): void => {
  worker = new SessionProcess({
    name: 'counting',
    workerFile: join(__dirname, 'counting_worker.js'),
    deadlineMs: 20_000,
    largestHeapMb: 64,
    ...options,
  });
};
/** What a `keep` question adds to the state is an entry of the journal. */
const openSession = (opening: string): Session =>
  worker.open({
    opening,
    entryOf: ({ question }) => (question.startsWith('keep ') ? question : undefined),
  });
const ask = async (session: Session, question = 'list'): Promise<readonly string[] | string> =>
  seen(await session.ask(question, `asking to ${question}`));
const seen = (result: Result<Answer, ProcessFailure>): readonly string[] | string =>
  result.ok ? result.value.state : `${result.error.kind}: ${result.error.message}`;
afterEach(() => worker.close());

describe('a session in a process', () => {
  it('knows all that it was told, in order, and nothing of other sessions', async () => {
    openProcess();
    const [first, second] = [openSession('one'), openSession('two')];
    first.tell('a');
    first.tell('b');
    second.tell('c');
    expect(await ask(first)).toEqual(['one', 'a', 'b']);
    first.tell('d');
    expect(await ask(first)).toEqual(['one', 'a', 'b', 'd']);
    expect(await ask(second)).toEqual(['two', 'c']);
  });

  it('is told what its own answers changed only where it did not give them', async () => {
    openProcess({ idleMs: 100 });
    const session = openSession('one');
    const kept = ask(session, 'keep x');
    session.tell('told meanwhile');
    expect(await kept).toEqual(['one', 'told meanwhile', 'keep x']);
    session.tell('a');
    expect(await ask(session)).toEqual(['one', 'told meanwhile', 'keep x', 'a']);
    await sleep(400);
    expect(worker.processes()).toEqual([]);
    expect(await ask(session)).toEqual(['one', 'told meanwhile', 'keep x', 'a']);
  });

  it('puts a question again to another process, and gives it up after that', async () => {
    openProcess();
    const session = openSession('one');
    session.tell('a');
    await ask(session, 'keep x');
    expect(await ask(session, 'exit')).toBe(
      'crashed: the process ended while asking to exit: status 3',
    );
    expect(worker.processes()).toEqual([]);
    expect(await ask(session)).toEqual(['one', 'a', 'keep x']);
  });

  it('gives up a question that hangs, twice its deadline after it was put', async () => {
    openProcess({ deadlineMs: 2_000 });
    const session = openSession('one');
    const other = openSession('two');
    const answers = await Promise.all([ask(session, 'hang'), ask(other)]);
    expect(answers).toEqual([
      'deadline-exceeded: asking to hang took longer than 2000 ms',
      ['two'],
    ]);
  });

  it('is made anew after a failure, since nobody knows how far it came', async () => {
    openProcess();
    const session = openSession('one');
    session.tell('a');
    expect(await ask(session, 'fail')).toBe('failed: no answer');
    expect(await ask(session)).toEqual(['one', 'a']);
    session.tell('unusable');
    expect(await ask(session)).toBe('failed: unusable entry');
    expect(await ask(session)).toBe('failed: unusable entry');
  });

  it('fails what is asked when it or the process is closed', async () => {
    openProcess();
    const [first, second] = [openSession('one'), openSession('two')];
    const asked = ask(first, 'hang');
    first.close();
    expect(await asked).toBe('closed: the session is closed');
    const last = ask(second);
    await worker.close();
    expect(await last).toBe('closed: the program is ending');
  });
});

type Step =
  | { readonly kind: 'tell' | 'keep'; readonly session: number; readonly text: string }
  | { readonly kind: 'exit' | 'fail'; readonly session: number };

it('as many sessions as there may be are what a list would be, whatever happens to the process', async () => {
  const session = fc.integer({ min: 0, max: 2 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('tell' as const), session, text: fc.string() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('keep' as const), session, text: fc.string() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), session }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), session }) },
  );
  openProcess();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const sessions = ['zero', 'one', 'two'].map((opening) => ({
        session: openSession(opening),
        list: [opening],
      }));
      for (const each of steps) {
        const { session, list } = sessions[each.session]!;
        if (each.kind === 'tell') {
          session.tell(each.text);
          list.push(each.text);
        } else if (each.kind === 'keep') {
          list.push(`keep ${each.text}`);
          expect(await ask(session, `keep ${each.text}`)).toEqual(list);
        } else await ask(session, each.kind);
      }
      for (const { session, list } of sessions) {
        expect(await ask(session)).toEqual(list);
        session.close();
      }
    }),
    { numRuns: 10 },
  );
});
