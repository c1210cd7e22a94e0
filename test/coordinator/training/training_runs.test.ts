import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { TrainingEnd } from '../../../common/training/training_task';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { runKind } from '../../../coordinator/training/run_kind';
import { TrainingRuns, type WatchedRun } from '../../../coordinator/training/training_runs';
import { createLogger } from '../../../platform/logger';
import { systemClock } from '../../../platform/time/clock';
import { aBlockTask, aReference } from '../../training_samples';

const counting = runKind(
  'counting',
  z.strictObject({ reference: z.string(), tasks: z.number() }),
  async ({ tasks }, context) => {
    const wanted = Array.from({ length: tasks }, (_, seed) => aBlockTask(seed));
    return { ends: (await context.perform('counted', wanted)).length };
  },
);
const failed: TrainingEnd = { kind: 'failed', reason: 'as it is' };
const request = '{"reference":"tiny","tasks":2}';

let folder: string;
let ledger: Ledger;
let runs: TrainingRuns;
let end: () => void;

/** Their tasks end when `end` is called. */
const openRuns = (): TrainingRuns => {
  const mayEnd = new Promise<void>((resolve) => (end = resolve));
  return new TrainingRuns({
    kinds: [counting],
    ledger,
    perform: async (tasks, signal, onEnd) => {
      signal.throwIfAborted();
      const stopped = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
      await Promise.race([mayEnd, stopped]);
      for (const index of tasks.keys()) onEnd(failed, index === 0);
      return tasks.map(() => failed);
    },
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    onFailure: (error) => {
      throw error;
    },
  });
};
const ended = async (runId: string): Promise<WatchedRun> => {
  for (;;) {
    const run = await runs.find(runId);
    if (run.record.state !== 'running') return run;
    await runs.changed(runId, new AbortController().signal);
  }
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'farm-runs-'));
  ledger = await openLedger(path.join(folder, 'ledger.sqlite'));
  await ledger.references.save(aReference);
  runs = openRuns();
});
afterEach(async () => {
  await runs.close();
  await ledger.close();
  await rm(folder, { recursive: true });
});

it('is one run for equal requests', async () => {
  const started = await Promise.all([
    runs.start('counting', request),
    runs.start('counting', '{ "tasks": 2, "reference": "tiny" }'),
  ]);
  const [runId, other] = started.map(({ record }) => record.runId) as [string, string];
  expect(other).toBe(runId);
  end();
  const { record } = await ended(runId);
  expect(record).toMatchObject({ state: 'done', outcomeJson: '{"ends":2}', reference: 'tiny' });
  expect(await runs.list()).toHaveLength(1);
});

it('goes on with the next coordinator', async () => {
  const { runId, createdAtMs } = (await runs.start('counting', request)).record;
  await runs.close();
  runs = openRuns();
  expect((await runs.find(runId)).record.state).toBe('running');
  await runs.resumeAll();
  end();
  expect((await ended(runId)).record).toMatchObject({ state: 'done', createdAtMs });
});

it('fails, and keeps no coordinator from starting, when this version knows no such kind', async () => {
  const { record } = await runs.start('counting', request);
  await runs.close();
  await ledger.trainingRuns.save({ ...record, runId: 'flying-1', kind: 'flying' });
  runs = openRuns();
  await runs.resumeAll();
  expect((await runs.find('flying-1')).record.state).toBe('failed');
});

it('is stopped, and begins again when it is asked for again', async () => {
  const { runId } = (await runs.start('counting', request)).record;
  expect((await runs.stop(runId)).record).toMatchObject({ state: 'stopped' });
  expect((await runs.start('counting', request)).record.state).toBe('running');
  end();
  expect((await ended(runId)).record.state).toBe('done');
});

it.each([
  ['flying', request, 'there is no run of kind "flying"; the kinds are counting'],
  ['counting', '{', 'the request of a run is no JSON'],
  ['counting', '{"reference":"tiny"}', 'counting: field tasks: '],
  ['counting', '{"reference":"large","tasks":1}', 'reference "large" is not registered'],
])('refuses a run of kind %s with %s', async (kind, text, message) => {
  await expect(runs.start(kind, text)).rejects.toThrow(message);
  expect(await runs.list()).toEqual([]);
});
