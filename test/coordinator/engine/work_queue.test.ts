import { createWorkQueue, type WorkQueue } from '../../../coordinator/engine/work_queue';
import type { LedgerEntry } from '../../../coordinator/ledger/job_records';

/** A ledger whose commits end when the test says so. */
class HeldLedger {
  readonly commits: {
    readonly jobs: string[];
    readonly succeed: () => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  readonly commit = (entries: readonly LedgerEntry[]): Promise<void> =>
    new Promise((resolve, reject) => {
      this.commits.push({
        jobs: entries.map((entry) => (entry.kind === 'job-ended' ? entry.jobId : '')),
        succeed: resolve,
        fail: reject,
      });
    });
}

const ended = (jobId: string): LedgerEntry => ({
  kind: 'job-ended',
  jobId,
  atMs: 0,
  state: { kind: 'abandoned', fault: { kind: 'farm-fault', code: 'stopped', message: '' } },
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work queue', () => {
  let ledger: HeldLedger;
  let queue: WorkQueue;
  let log: string[];
  let failures: Error[];
  beforeEach(() => {
    ledger = new HeldLedger();
    log = [];
    failures = [];
    queue = createWorkQueue({ commit: ledger.commit, onFailure: (error) => failures.push(error) });
  });
  const say = (text: string) => () => void log.push(text);

  it('acts at once when nothing has to be kept', () => {
    void queue.push({ entries: [], actions: [say('run')] });
    expect(log).toEqual(['run']);
  });

  it('acts only after the commit, and in order, also for what needs none', async () => {
    const first = queue.push({ entries: [ended('a')], actions: [say('a')] });
    const second = queue.push({ entries: [], actions: [say('b')] });
    await turn();
    expect(log).toEqual([]);
    ledger.commits[0]?.succeed();
    await Promise.all([first, second]);
    expect(log).toEqual(['a', 'b']);
  });

  it('lets what arrives during a commit share the next one', async () => {
    const works = ['a', 'b', 'c'].map((jobId) =>
      queue.push({ entries: [ended(jobId)], actions: [] }),
    );
    ledger.commits[0]?.succeed();
    await turn();
    ledger.commits[1]?.succeed();
    await Promise.all(works);
    expect(ledger.commits.map((commit) => commit.jobs)).toEqual([['a'], ['b', 'c']]);
  });

  it('performs after all others what an action asks for', async () => {
    await queue.push({
      entries: [],
      actions: [() => void queue.push({ entries: [], actions: [say('later')] }), say('first')],
    });
    await turn();
    expect(log).toEqual(['first', 'later']);
  });

  it('does nothing more, and reports once, after a commit failed', async () => {
    const first = queue.push({ entries: [ended('a')], actions: [say('a')] });
    const second = queue.push({ entries: [], actions: [say('b')] });
    ledger.commits[0]?.fail(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await expect(second).rejects.toThrow('disk full');
    await expect(queue.push({ entries: [], actions: [say('c')] })).rejects.toThrow('disk full');
    expect(log).toEqual([]);
    expect(failures.map(({ message }) => message)).toEqual(['disk full']);
  });
});
