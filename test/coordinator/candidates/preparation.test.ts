import { candidateFault } from '../../../common/fault';
import { fail, ok } from '../../../common/result';
import { formatTarget, type Target } from '../../../common/target';
import type { CandidatePreparation } from '../../../coordinator/candidates/candidate_preparation';
import { createPreparation } from '../../../coordinator/candidates/preparation';
import type { Stage } from '../../../coordinator/candidates/stage';
import { stageKeys } from '../../../coordinator/candidates/stage_key';
import { StageRuns } from '../../../coordinator/candidates/stage_runs';
import {
  modelOf,
  network,
  onnxTarget,
  PaperStore,
  QuickStage,
  requestOf,
  ScriptedStage,
  tfliteTarget,
  turn,
} from './scripted_stage';

const { signal } = new AbortController();

describe('the preparation of candidates', () => {
  const float = new QuickStage('float');
  const int8 = new QuickStage('int8');
  const tflite = new QuickStage('tflite');
  let store: PaperStore;
  let saved: unknown[];
  let preparation: CandidatePreparation;

  const open = (stagesOf: (target: Target) => readonly Stage[]): CandidatePreparation =>
    createPreparation({
      stagesOf,
      runs: new StageRuns(store),
      artifacts: {
        save: (artifact, atMs) => Promise.resolve(void saved.push([artifact, atMs])),
      },
      clock: { nowMs: () => 5 },
    });

  beforeEach(() => {
    store = new PaperStore();
    saved = [];
    for (const stage of [float, int8, tflite]) stage.begun.length = 0;
    preparation = open(({ runtime }) =>
      runtime === 'tflite' ? [float, int8, tflite] : [float, int8],
    );
  });

  it('goes through the stages in their order, each with what the one before made', async () => {
    const seen: unknown[] = [];
    const [first, second] = ['one', 'two'].map((name) => {
      const stage = new QuickStage(name);
      stage.result = (task) => {
        seen.push([name, task.network.architecture, task.previous?.artifact.digest]);
        return ok(modelOf(name));
      };
      return stage;
    });
    expect(await open(() => [first!, second!]).prepare(requestOf(), signal)).toEqual(
      ok(modelOf('two')),
    );
    expect(seen).toEqual([
      ['one', 'a', undefined],
      ['two', 'a', modelOf('one').artifact.digest],
    ]);
  });

  it('gives out a model that the ledger has, and no other', async () => {
    expect(await preparation.prepare(requestOf(), signal)).toEqual(ok(modelOf('int8')));
    expect(saved).toEqual([[modelOf('int8').artifact, 5]]);
  });

  it('makes what several targets need once, and each its own last form', async () => {
    const [onnx, lite] = await Promise.all(
      [onnxTarget, tfliteTarget].map((target) =>
        preparation.prepare(requestOf('a', target), signal),
      ),
    );
    expect([onnx, lite]).toEqual([ok(modelOf('int8')), ok(modelOf('tflite'))]);
    expect([float.begun, int8.begun, tflite.begun]).toEqual([['a'], ['a'], ['a']]);
  });

  it('makes it once for 64 targets that ask at once and 64 that ask later', async () => {
    const targets = Array.from({ length: 64 }, (_, index) => ({
      ...onnxTarget,
      pool: `pool-${String(index)}`,
    }));
    const all = (): Promise<unknown[]> =>
      Promise.all(targets.map((target) => preparation.prepare(requestOf('a', target), signal)));
    expect(new Set((await all()).map((each) => JSON.stringify(each))).size).toBe(1);
    await all();
    expect([float.begun, int8.begun]).toEqual([['a'], ['a']]);
  });

  it('does not make again what led to an artifact that is there', async () => {
    await preparation.prepare(requestOf(), signal);
    store.dropped.add(modelOf('float').artifact.digest);
    await preparation.prepare(requestOf('a', tfliteTarget), signal);
    expect([float.begun, int8.begun, tflite.begun]).toEqual([['a'], ['a'], ['a']]);
  });

  it('makes again what the store has dropped, from the last thing that it still has', async () => {
    await preparation.prepare(requestOf('a', tfliteTarget), signal);
    for (const stage of ['int8', 'tflite']) store.dropped.add(modelOf(stage).artifact.digest);
    await preparation.prepare(requestOf('a', tfliteTarget), signal);
    expect([float.begun, int8.begun, tflite.begun]).toEqual([['a'], ['a', 'a'], ['a', 'a']]);
  });

  it('ends with the first refusal, on each target that needs the stage, without asking again', async () => {
    const refusal = fail(candidateFault('unsupported-operator', 'no kernel'));
    const refusing = new QuickStage('tflite');
    refusing.result = () => refusal;
    preparation = open(({ runtime }) =>
      runtime === 'tflite' ? [float, int8, refusing] : [float, int8],
    );
    for (const pool of ['sm8550', 'sm8650'])
      expect(await preparation.prepare(requestOf('a', { ...tfliteTarget, pool }), signal)).toEqual(
        refusal,
      );
    expect(await preparation.prepare(requestOf(), signal)).toEqual(ok(modelOf('int8')));
    expect(refusing.begun).toEqual(['a']);
    expect(saved).toEqual([[modelOf('int8').artifact, 5]]);
  });

  it('asks no further stage after a failure, and goes on from there the next time', async () => {
    const crash = fail({ kind: 'crashed', message: 'out of memory' } as const);
    const unlucky = new QuickStage('int8');
    unlucky.result = () => (unlucky.begun.length === 1 ? crash : ok(modelOf('int8')));
    preparation = open(() => [float, unlucky, tflite]);
    expect(await preparation.prepare(requestOf(), signal)).toEqual(crash);
    expect(tflite.begun).toEqual([]);
    expect(await preparation.prepare(requestOf(), signal)).toEqual(ok(modelOf('tflite')));
    expect([float.begun, unlucky.begun]).toEqual([['a'], ['a', 'a']]);
  });

  it('pauses between two stages: who aborts and asks again finds what was finished meanwhile', async () => {
    const first = new ScriptedStage('float');
    const second = new ScriptedStage('int8');
    preparation = open(() => [first, second]);
    const paused = new AbortController();
    const asked = preparation.prepare(requestOf(), paused.signal);
    await turn();
    paused.abort();
    expect(await asked).toMatchObject({ error: { kind: 'cancelled' } });
    await first.end();
    expect(second.begun).toEqual([]);
    const resumed = preparation.prepare(requestOf(), signal);
    await turn();
    expect([first.begun, second.begun]).toEqual([['a'], ['a']]);
    await second.end();
    expect(await resumed).toEqual(ok(modelOf('int8')));
  });

  it('is cancelled in the queue of any stage, and keeps nobody else from it', async () => {
    const narrow = new ScriptedStage('int8', { atOnce: 1, waiting: 5 });
    preparation = open(() => [float, narrow]);
    const stopped = new AbortController();
    const first = preparation.prepare(requestOf('a'), signal);
    const second = preparation.prepare(requestOf('b'), stopped.signal);
    const third = preparation.prepare(requestOf('c'), signal);
    await turn();
    stopped.abort();
    expect(await second).toMatchObject({ error: { kind: 'cancelled' } });
    await narrow.end('a');
    await narrow.end('c');
    expect([await first, await third]).toEqual([
      ok(modelOf('int8', 'a')),
      ok(modelOf('int8', 'c')),
    ]);
    expect(narrow.begun).toEqual(['a', 'c']);
  });

  it('fails loudly when the ledger cannot be written', async () => {
    preparation = createPreparation({
      stagesOf: () => [float],
      runs: new StageRuns(store),
      artifacts: { save: () => Promise.reject(new Error('disk full')) },
      clock: { nowMs: () => 5 },
    });
    await expect(preparation.prepare(requestOf(), signal)).rejects.toThrow('disk full');
  });
});

describe('the key of what a stage makes', () => {
  const stages = [new QuickStage('float'), new QuickStage('int8')];
  const keysOf = (...args: Parameters<typeof stageKeys>): readonly string[] => stageKeys(...args);

  it('is one digest for each stage, the same each time', () => {
    const keys = keysOf(network(), stages);
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(keysOf(network(), stages)).toEqual(keys);
  });

  it('knows no target: what is made is the same for all that need the same stages', () => {
    expect(keysOf(requestOf('a', onnxTarget), stages)).toEqual(
      keysOf(requestOf('a', tfliteTarget), stages),
    );
    expect(formatTarget(onnxTarget)).not.toBe(formatTarget(tfliteTarget));
  });

  it('differs with everything that changes the bytes', () => {
    const others = [
      keysOf({ ...network(), space: 'blocks' }, stages),
      keysOf(network('b'), stages),
      keysOf({ ...network(), model: { cellsPerStage: 2, seed: 1 } }, stages),
      keysOf({ ...network(), model: { seed: 1 } }, stages),
      keysOf({ ...network(), model: { cellsPerStage: 1, seed: 2 } }, stages),
      keysOf(network(), [new ScriptedStage('float', undefined, 2), stages[1]!]),
      keysOf(network(), [new QuickStage('trained'), stages[1]!]),
    ];
    const all = [keysOf(network(), stages), ...others].map((keys) => keys[1]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not differ in the first stages when only a later one changes', () => {
    const [float] = keysOf(network(), stages);
    expect(keysOf(network(), [stages[0]!, new ScriptedStage('int8', undefined, 9)])[0]).toBe(float);
  });
});
