/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok } from '../../../common/result';
import { parseTarget } from '../../../common/target';
import {
  createModelStages,
  type ModelStageParts,
  type ModelStages,
} from '../../../coordinator/candidates/model_stages';
import { NetworkMaker } from '../../../coordinator/candidates/network_maker';
import type { NetworkRequest, Stage, StageResult } from '../../../coordinator/candidates/stage';
import {
  defaultStageProcesses,
  openStageProcesses,
} from '../../../coordinator/candidates/stage_processes';
import { stagesOf } from '../../../coordinator/candidates/stages_of';
import { openArtifactStore, type ArtifactStore } from '../../../platform/artifacts/artifact_store';
import { inspectModel } from '../../../model/inspect/inspect';
import { loadSpace } from '../../../model/space/load_space';

const cell = '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|';
const cells: NetworkRequest = {
  space: 'nasbench201',
  architecture: cell,
  model: { cellsPerStage: 1, seed: 1 },
};
const { signal } = new AbortController();

/** In this process, with what it remembers or without. */
function localWorkers(makerOf: () => NetworkMaker): ModelStageParts['workers'] {
  return {
    run: async ({ request }) => {
      try {
        return ok(await makerOf().make(request));
      } catch (error) {
        return fail({ kind: 'failed', message: (error as Error).message });
      }
    },
  };
}

describe('the stages of models', () => {
  let folder: string;
  let store: ArtifactStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stages-'));
    store = await openArtifactStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (workers: ModelStageParts['workers']): ModelStages =>
    createModelStages({ workers, store });

  const through = async (
    stages: readonly Stage[],
    network: NetworkRequest = cells,
  ): Promise<StageResult> => {
    let result: StageResult | undefined;
    for (const stage of stages) {
      const previous = result?.ok === true ? result.value : undefined;
      result = await stage.run({ network, previous }, signal);
      if (!result.ok) return result;
    }
    return result!;
  };

  const bytesOf = async (result: StageResult): Promise<Uint8Array> => {
    if (!result.ok) throw new Error(result.error.message);
    const data = await store.read(result.value.artifact.digest);
    if (!data.ok) throw new Error('not in the store');
    return data.value;
  };

  const quick = (): ModelStages => {
    const maker = new NetworkMaker();
    return open(localWorkers(() => maker));
  };

  it.each([
    ['host/onnxruntime/cpu/int8', 'onnx', 'int8'],
    ['host/onnxruntime/cpu/w8a16', 'onnx', 'w8a16'],
    ['host/tflite/cpu/int8', 'tflite', 'int8'],
    ['host/tflite/cpu/w8a16', 'tflite', 'w8a16'],
  ])('make for %s a checked %s file of precision %s', async (target, format, precision) => {
    const result = await through(stagesOf(parseTarget(target), quick()));
    const summary = inspectModel(await bytesOf(result));
    expect(summary).toMatchObject({ value: { format, precision } });
    expect(result).toMatchObject({ value: { artifact: { format } } });
  });

  it('need for a target what its runtime and precision say, and no more', () => {
    const stages = quick();
    const names = (target: string): readonly string[] =>
      stagesOf(parseTarget(target), stages).map(({ name }) => name);
    expect(names('sm8550/onnxruntime/npu/int8')).toEqual(['float', 'int8']);
    expect(names('sm8550/tflite/npu/int8')).toEqual(['float', 'int8', 'tflite']);
    expect(names('sm8550/onnxruntime/npu/w8a16')).toEqual(['float', 'w8a16']);
    expect(names('sm8550/tflite/npu/w8a16')).toEqual(['float', 'w8a16-symmetric', 'tflite']);
    expect(() => names('sm8550/tflite/gpu/float16')).toThrow('a search is on quantized targets');
  });

  it.each([
    ['cells', cells],
    ['blocks', firstOfDemoSmall()],
  ])('make the same bytes of %s, whatever was made before', async (_, network) => {
    const warm = quick();
    const fresh = open(localWorkers(() => new NetworkMaker()));
    for (const target of ['host/onnxruntime/cpu/int8', 'host/tflite/cpu/w8a16']) {
      await through(stagesOf(parseTarget(target), warm), network);
      const again = await through(stagesOf(parseTarget(target), warm), network);
      // A maker that remembers nothing reads what it wrote from the store.
      expect(await through(stagesOf(parseTarget(target), fresh), network)).toEqual(again);
    }
  });

  it('tell the same costs for all forms of one network', async () => {
    const stages = quick();
    const [onnx, lite] = [
      await through(stagesOf(parseTarget('host/onnxruntime/cpu/int8'), stages)),
      await through(stagesOf(parseTarget('host/tflite/cpu/int8'), stages)),
    ];
    expect(onnx.ok && lite.ok && lite.value.costs).toEqual(onnx.ok && onnx.value.costs);
    expect(onnx.ok && onnx.value.costs.macs).toBeGreaterThan(1_000_000);
  });

  it('name what they make by its own hash, and leave nothing else behind', async () => {
    const result = await through(stagesOf(parseTarget('host/tflite/cpu/int8'), quick()));
    const bytes = await bytesOf(result);
    expect(result.ok && result.value.artifact).toEqual({
      digest: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.byteLength,
      format: 'tflite',
    });
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    expect(store.usage().count).toBe(3);
  });

  it('refuse what is no network of the space: a fault of the candidate, in one line', async () => {
    const result = await through([quick().float], { ...cells, architecture: '000000' });
    expect(result).toMatchObject({ error: { kind: 'candidate-fault', code: 'invalid-model' } });
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });

  it('blame the farm when the input was dropped, or the disk is full', async () => {
    const stages = quick();
    const float = await through([stages.float]);
    if (!float.ok) throw new Error('no float network');
    const missing = {
      ...float.value,
      artifact: { ...float.value.artifact, digest: 'a'.repeat(64) },
    };
    expect(
      await stages.quantized('int8').run({ network: cells, previous: missing }, signal),
    ).toMatchObject({
      error: { kind: 'failed', message: expect.stringContaining('dropped') as string },
    });
    // Linux has a file that is always full.
    const full = open({
      run: ({ request }, unwanted) =>
        localWorkers(() => new NetworkMaker()).run(
          { request: { ...request, place: '/dev/full' }, what: 'building' },
          unwanted,
        ),
    });
    expect(await through([full.float])).toMatchObject({
      error: { kind: 'failed', message: expect.stringContaining('ENOSPC') as string },
    });
    expect(store.usage().count).toBe(1);
  });
});

describe('the worker process of the stages', () => {
  let folder: string;
  let store: ArtifactStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stages-'));
    store = await openArtifactStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const processes = (): ReturnType<typeof openStageProcesses> =>
    openStageProcesses({
      ...defaultStageProcesses,
      workerFile: join(__dirname, 'typescript_worker.js'),
    });

  it('makes the bytes that are made here, and hands them over as a file', async () => {
    const workers = processes();
    try {
      const made = await createModelStages({ workers, store }).float.run(
        { network: cells, previous: undefined },
        signal,
      );
      const here = await createModelStages({
        workers: localWorkers(() => new NetworkMaker()),
        store,
      }).float.run({ network: cells, previous: undefined }, signal);
      expect(made).toEqual(here);
      expect(made.ok).toBe(true);
    } finally {
      await workers.close();
    }
  });

  it('is started again when it was killed in the middle, and the candidate hears nothing of it', async () => {
    const workers = processes();
    let kills = 0;
    const killed = killing(workers, () => (kills += 1) <= 1);
    try {
      const result = await createModelStages({ workers: killed, store }).float.run(
        { network: cells, previous: undefined },
        signal,
      );
      expect([result.ok, kills]).toEqual([true, 2]);
    } finally {
      await workers.close();
    }
  });

  it('is given up when it is killed each time: a failure of the farm, not a fault of the candidate', async () => {
    const workers = processes();
    let kills = 0;
    const killed = killing(workers, () => (kills += 1) > 0);
    try {
      const result = await createModelStages({ workers: killed, store }).float.run(
        { network: cells, previous: undefined },
        signal,
      );
      expect(result).toMatchObject({
        error: { kind: 'crashed', message: expect.stringContaining('SIGKILL') as string },
      });
      expect(kills).toBe(2);
      expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    } finally {
      await workers.close();
    }
  });
});

/** Kills the process as soon as it works on a request, as often as it is told to. */
function killing(
  workers: ReturnType<typeof openStageProcesses>,
  isKilled: () => boolean,
): ModelStageParts['workers'] {
  return {
    run: async (task, unwanted) => {
      const result = workers.run(task, unwanted);
      if (isKilled()) {
        while (workers.processes().length === 0)
          await new Promise((resolve) => setTimeout(resolve, 5));
        process.kill(workers.processes()[0]!.pid, 'SIGKILL');
      }
      return result;
    },
  };
}

/** The network of the first choice everywhere. */
function firstOfDemoSmall(): NetworkRequest {
  const space = loadSpace('demo-small');
  const architecture = space.architectureOf(space.choices.map(() => 0));
  return { space: 'demo-small', architecture: architecture ?? '', model: { seed: 3 } };
}
