import { candidateFault } from '../../../common/fault';
import { fail, ok } from '../../../common/result';
import { StageRuns } from '../../../coordinator/candidates/stage_runs';
import type { Stage, StageResult } from '../../../coordinator/candidates/stage';
import { modelOf, network, PaperStore, ScriptedStage, turn } from './scripted_stage';

const refusal = fail(candidateFault('unsupported-operator', 'no kernel'));
const crash = fail({ kind: 'crashed', message: 'out of memory' } as const);

describe('runs of a stage', () => {
  let store: PaperStore;
  let runs: StageRuns;
  let wanted: AbortController;
  beforeEach(() => {
    store = new PaperStore();
    runs = new StageRuns(store);
    wanted = new AbortController();
  });

  const ask = (
    stage: Stage,
    architecture = 'a',
    signal: AbortSignal = wanted.signal,
  ): Promise<StageResult> =>
    runs.run(
      `${stage.name} ${architecture}`,
      stage,
      { network: network(architecture), previous: undefined },
      signal,
    );

  describe('that are shared', () => {
    it('are one for all that ask at the same time, and each hears the result', async () => {
      const stage = new ScriptedStage('int8');
      const asked = [ask(stage), ask(stage), ask(stage)];
      await turn();
      await stage.end();
      expect(await Promise.all(asked)).toEqual([1, 2, 3].map(() => ok(modelOf('int8'))));
      expect(stage.begun).toEqual(['a']);
    });

    it('are known afterwards', async () => {
      const stage = new ScriptedStage('int8');
      expect(await runs.known('int8 a')).toBeUndefined();
      const asked = ask(stage);
      await turn();
      expect(await runs.known('int8 a')).toBeUndefined();
      await stage.end();
      await asked;
      expect(await runs.known('int8 a')).toEqual(ok(modelOf('int8')));
    });

    it('are forgotten when the store has dropped what they made', async () => {
      const stage = new ScriptedStage('int8');
      const asked = ask(stage);
      await turn();
      await stage.end();
      await asked;
      store.dropped.add(modelOf('int8').artifact.digest);
      expect(await runs.known('int8 a')).toBeUndefined();
      store.dropped.clear();
      expect(await runs.known('int8 a')).toBeUndefined();
    });

    it('remember a refusal, which is the same each time, and no failure, which is not', async () => {
      const stage = new ScriptedStage('tflite');
      const asked = [ask(stage, 'a'), ask(stage, 'b')];
      await turn();
      await stage.end('a', refusal);
      await stage.end('b', crash);
      expect(await Promise.all(asked)).toEqual([refusal, crash]);
      expect(await runs.known('tflite a')).toEqual(refusal);
      expect(await runs.known('tflite b')).toBeUndefined();
      void ask(stage, 'b');
      await turn();
      expect(stage.begun).toEqual(['a', 'b', 'b']);
    });
  });

  describe('that are bounded', () => {
    it('go on so many at once, first come first served', async () => {
      const stage = new ScriptedStage('int8', { atOnce: 2, waiting: 10 });
      for (const architecture of ['a', 'b', 'c', 'd']) void ask(stage, architecture);
      await turn();
      expect(stage.begun).toEqual(['a', 'b']);
      await stage.end('b');
      expect(stage.begun).toEqual(['a', 'b', 'c']);
      await stage.end('a', crash);
      expect(stage.begun).toEqual(['a', 'b', 'c', 'd']);
    });

    it('are refused when too many wait, which is no fault of the candidate', async () => {
      const stage = new ScriptedStage('int8', { atOnce: 1, waiting: 1 });
      void ask(stage, 'a');
      void ask(stage, 'b');
      expect(await ask(stage, 'c')).toEqual(
        fail({ kind: 'queue-full', message: '1 candidates wait for int8 already' }),
      );
    });

    it('have a queue for each stage: a slow one holds up no other', async () => {
      const slow = new ScriptedStage('npu', { atOnce: 1, waiting: 9 });
      const quick = new ScriptedStage('int8', { atOnce: 1, waiting: 9 });
      void ask(slow, 'a');
      void ask(slow, 'b');
      void ask(quick, 'c');
      await turn();
      expect([slow.begun, quick.begun]).toEqual([['a'], ['c']]);
    });
  });

  describe('that are cancelled', () => {
    it('answer at once and leave the queue, and others move up', async () => {
      const stage = new ScriptedStage('int8', { atOnce: 1, waiting: 10 });
      const other = new AbortController();
      void ask(stage, 'a', other.signal);
      const waiting = ask(stage, 'b');
      void ask(stage, 'c', other.signal);
      wanted.abort();
      expect(await waiting).toMatchObject({ error: { kind: 'cancelled' } });
      await stage.end('a');
      expect(stage.begun).toEqual(['a', 'c']);
    });

    it('abort what is running when nobody else wants it', async () => {
      const stage = new ScriptedStage('npu');
      const asked = ask(stage);
      await turn();
      wanted.abort();
      expect(await asked).toMatchObject({ error: { kind: 'cancelled' } });
      expect(stage.aborted).toEqual(['a']);
    });

    it('go on for those who still want it', async () => {
      const stage = new ScriptedStage('npu');
      const other = new AbortController();
      const asked = [ask(stage), ask(stage, 'a', other.signal)];
      await turn();
      wanted.abort();
      expect(await asked[0]).toMatchObject({ error: { kind: 'cancelled' } });
      expect(stage.aborted).toEqual([]);
      await stage.end();
      expect(await asked[1]).toEqual(ok(modelOf('npu')));
    });

    it('begin anew for who asks after that, whatever becomes of the aborted one', async () => {
      const stage = new ScriptedStage('npu');
      void ask(stage);
      await turn();
      wanted.abort();
      await turn();
      const again = ask(stage, 'a', new AbortController().signal);
      await turn();
      expect(stage.begun).toEqual(['a', 'a']);
      await stage.end();
      expect(await again).toEqual(ok(modelOf('npu')));
    });

    it('are remembered all the same when they came to an end', async () => {
      const stage = new ScriptedStage('int8');
      void ask(stage);
      await turn();
      wanted.abort();
      await stage.end();
      expect(await runs.known('int8 a')).toEqual(ok(modelOf('int8')));
    });

    it('begin nothing for a search that has stopped before', async () => {
      const stage = new ScriptedStage('int8');
      expect(await ask(stage, 'a', AbortSignal.abort())).toMatchObject({
        error: { kind: 'cancelled' },
      });
      expect(stage.begun).toEqual([]);
    });
  });

  it('take a stage that throws for broken: the farm is to blame, and the next run is tried', async () => {
    let isBroken = true;
    const stage: Stage = {
      name: 'npu',
      version: 1,
      limits: { atOnce: 1, waiting: 1 },
      run: () =>
        isBroken ? Promise.reject(new Error('no compiler')) : Promise.resolve(ok(modelOf('npu'))),
    };
    expect(await ask(stage)).toEqual(fail({ kind: 'failed', message: 'no compiler' }));
    isBroken = false;
    expect(await ask(stage)).toEqual(ok(modelOf('npu')));
  });
});
