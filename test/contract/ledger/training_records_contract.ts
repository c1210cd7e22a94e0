import type { TrainingEnd } from '../../../common/training/training_task';
import { referenceDigest, taskId } from '../../../proto/codec/training/content_digest';
import { aBlockTask, aReference } from '../../training_samples';
import { useLedger, type CreatePlace } from './ledger_place';

const failed = (reason: string): TrainingEnd => ({ kind: 'failed', reason });

/** What every ledger must keep of training, whatever the database behind it. */
export function trainingRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps a reference once, and no other one of its name', async () => {
    const { references } = place.ledger;
    expect(await references.save(aReference)).toBe(true);
    expect(await references.save(aReference)).toBe(true);
    expect(await references.save({ ...aReference, cuts: ['x', 'y'] })).toBe(false);
    await place.restart();
    expect(await place.ledger.references.all()).toEqual([aReference]);
    expect(await place.ledger.references.find('nobody')).toBeUndefined();
  });

  it('keeps the first end of a task that was queued', async () => {
    const identified = [0, 1].map((seed) => ({
      taskId: taskId(aBlockTask(seed)),
      task: aBlockTask(seed),
    }));
    const [first, second] = identified.map((each) => each.taskId) as [string, string];
    await place.ledger.trainingTasks.queue(identified, 1);
    expect(await place.ledger.trainingTasks.end(first, failed('one'), 2)).toBe(true);
    expect(await place.ledger.trainingTasks.end(first, failed('other'), 3)).toBe(false);
    expect(await place.ledger.trainingTasks.end('f'.repeat(64), failed('who'), 3)).toBe(false);
    await place.ledger.trainingTasks.queue(identified, 4);
    await place.restart();
    expect(await place.ledger.trainingTasks.ends([first, second])).toEqual(
      new Map([[first, failed('one')]]),
    );
  });

  it('reads ended tasks of a reference page by page', async () => {
    const many = Array.from({ length: 230 }, (_, seed) => aBlockTask(seed));
    const identified = many.map((task) => ({ taskId: taskId(task), task }));
    await place.ledger.trainingTasks.queue(identified, 1);
    for (const each of identified)
      await place.ledger.trainingTasks.end(each.taskId, failed('x'), 2);
    const query = {
      referenceDigest: referenceDigest(aReference),
      kind: 'block',
      most: 150,
    } as const;
    const page = await place.ledger.trainingTasks.ended(query);
    const afterTaskId = page.at(-1)?.taskId ?? '';
    const rest = await place.ledger.trainingTasks.ended({ ...query, afterTaskId });
    expect([...page, ...rest].map((each) => each.taskId)).toEqual(
      identified.map((each) => each.taskId).sort(),
    );
    expect(await place.ledger.trainingTasks.ended({ ...query, kind: 'probe' })).toEqual([]);
  });

  it('keeps runs as they were saved last, the newest first', async () => {
    const run = {
      runId: 'r1',
      kind: 'networks',
      reference: 'tiny',
      requestJson: '{}',
      state: 'running',
      outcomeJson: null,
      detail: null,
      createdAtMs: 1,
      endedAtMs: null,
    } as const;
    const later = { ...run, runId: 'r2', createdAtMs: 2 };
    const done = { ...run, state: 'done', outcomeJson: '[]', endedAtMs: 3 } as const;
    for (const each of [run, later, done]) await place.ledger.trainingRuns.save(each);
    await place.restart();
    expect(await place.ledger.trainingRuns.list(10)).toEqual([later, done]);
    expect(await place.ledger.trainingRuns.list(10, 'running')).toEqual([later]);
    expect(await place.ledger.trainingRuns.find('r1')).toEqual(done);
  });

  it('counts versions of predictors, and the same again as none', async () => {
    const digest = 'd'.repeat(64);
    expect(await place.ledger.predictors.save(digest, '{"a":1}')).toBe(1);
    expect(await place.ledger.predictors.save(digest, '{"a":1}')).toBe(1);
    expect(await place.ledger.predictors.save(digest, '{"a":2}')).toBe(2);
    expect(await place.ledger.predictors.newest(digest)).toEqual({ version: 2, json: '{"a":2}' });
    expect(await place.ledger.predictors.newest('other')).toBeUndefined();
  });
}
