/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../../common/random';
import { fail, ok } from '../../../common/result';
import { parseTarget } from '../../../common/target';
import type { TrainedNetwork } from '../../../coordinator/candidates/candidate_preparation';
import { createModelStages } from '../../../coordinator/candidates/model_stages';
import { NetworkMaker } from '../../../coordinator/candidates/network_maker';
import type { NetworkRequest, StageResult } from '../../../coordinator/candidates/stage';
import { stageKeys } from '../../../coordinator/candidates/stage_key';
import { stagesOf } from '../../../coordinator/candidates/stages_of';
import { inferLayerShapes } from '../../../model/block/layer_shape';
import { blockSegment } from '../../../model/block/network_spec';
import { drawWeights } from '../../../model/block/segment_weights';
import { createTensorCache } from '../../../model/block/tensor_cache';
import { inspectModel } from '../../../model/inspect/inspect';
import type { Graph } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { anatomyOf } from '../../../model/reference/anatomy';
import { cutTensorsOf, type CutTensor } from '../../../model/reference/cut_tensor';
import { loadSpace } from '../../../model/space/load_space';
import { writeWeights, type NamedWeights } from '../../../model/weights/weights_file';
import { openArtifactStore, type ArtifactStore } from '../../../platform/artifacts/artifact_store';

const space = loadSpace('demo-small');
const draw = (seed: string): string => {
  const random = createRandom(seed);
  for (;;) {
    const drawn = space.architectureOf(space.draw(random));
    if (drawn !== undefined) return drawn;
  }
};
const architecture = draw('student');

/** The network of another architecture is the reference; it is cut where its blocks end. */
function reference(): { readonly graph: Graph; readonly cuts: readonly CutTensor[] } {
  const graph = space.build(draw('teacher'), { seed: 5, cache: createTensorCache(0) });
  const anatomy = anatomyOf(graph);
  if (!anatomy.ok) throw new Error(anatomy.error);
  const tensors = cutTensorsOf(anatomy.value.profile);
  const blocks = space.blocksOf!(architecture).map((_, index) => `block${index + 1}.`);
  const cuts = ['stem.', ...blocks].map((part) => {
    const last = tensors.findLast(({ tensor }) => tensor.startsWith(part));
    if (last === undefined) throw new Error(`no cut behind ${part}`);
    return last;
  });
  return { graph, cuts };
}

/** As a library would keep them: drawn, with normalizations that do little. */
function blockWeights(index: number, inputShape: readonly number[], seed: string): NamedWeights {
  const segment = blockSegment(space.blocksOf!(architecture)[index]!.spec, index);
  const shapes = inferLayerShapes(segment.layers, inputShape);
  const weights = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [name, { data, shape }] of drawWeights(segment, shapes, seed))
    weights.set(name, { data: Float32Array.from(data as Float32Array), shape });
  for (const { kind, name } of segment.layers) {
    if (kind !== 'batchNorm') continue;
    const channels = shapes.get(name)![1]!;
    const values = { scale: 1, shift: 0.1, mean: 0, variance: 1 };
    for (const [role, value] of Object.entries(values))
      weights.set(`${name}.${role}`, {
        data: new Float32Array(channels).fill(value),
        shape: [channels],
      });
  }
  return weights;
}

describe('the stages of a network of trained blocks', () => {
  const { graph, cuts } = reference();
  let folder: string;
  let store: ArtifactStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trained-'));
    store = await openArtifactStore(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keep = async (bytes: Uint8Array): Promise<string> => (await store.write(bytes)).digest;

  async function request(seed: string): Promise<NetworkRequest> {
    const weights: string[] = [];
    for (const [index] of space.blocksOf!(architecture).entries())
      weights.push(
        await keep(writeWeights(blockWeights(index, cuts[index]!.shape, `${seed} ${index}`))),
      );
    const trained: TrainedNetwork = {
      reference: 'teacher',
      model: await keep(writeOnnx(graph)),
      cuts: cuts.map(({ tensor }) => tensor),
      weights,
    };
    return { space: 'demo-small', architecture, model: { seed: 1 }, trained };
  }

  async function made(network: NetworkRequest, target: string): Promise<readonly StageResult[]> {
    const maker = new NetworkMaker();
    const workers = {
      run: async ({
        request: asked,
      }: {
        readonly request: Parameters<NetworkMaker['make']>[0];
      }) => {
        try {
          return ok(await maker.make(asked));
        } catch (error) {
          return fail({ kind: 'failed' as const, message: (error as Error).message });
        }
      },
    };
    const results: StageResult[] = [];
    for (const stage of stagesOf(parseTarget(target), createModelStages({ workers, store }))) {
      const before = results.at(-1);
      const previous = before?.ok === true ? before.value : undefined;
      results.push(await stage.run({ network, previous }, new AbortController().signal));
      if (results.at(-1)?.ok !== true) break;
    }
    return results;
  }

  const bytesOf = async (result: StageResult | undefined): Promise<Uint8Array> => {
    if (result?.ok !== true) throw new Error(result?.error.message);
    const data = await store.read(result.value.artifact.digest);
    if (!data.ok) throw new Error('not in the store');
    return data.value;
  };

  it.each([
    ['host/onnxruntime/cpu/int8', 'onnx'],
    ['host/tflite/cpu/int8', 'tflite'],
  ])(
    'make for %s what the library and the reference say, and write it so',
    async (target, format) => {
      const network = await request('library');
      const results = await made(network, target);
      const float = readOnnx(await bytesOf(results[0]));
      if (!float.ok) throw new Error(float.error);
      for (const [name, tensor] of float.value.initializers) {
        if (!name.startsWith('stem.') && !name.startsWith('head.')) continue;
        expect(tensor.data).toEqual(graph.initializers.get(name)?.data);
      }
      for (const result of results)
        expect(Buffer.from(await bytesOf(result)).includes(statement)).toBe(true);
      expect(inspectModel(await bytesOf(results.at(-1)))).toMatchObject({
        value: { format, precision: 'int8' },
      });
    },
  );

  it('make other files of other weights, and the same of the same', async () => {
    const [one, same, other] = [await request('a'), await request('a'), await request('b')];
    const target = 'host/onnxruntime/cpu/int8';
    const first = await made(one, target);
    expect(await made(same, target)).toEqual(first);
    const stages = [{ name: 'float', version: 1 }] as unknown as Parameters<typeof stageKeys>[1];
    expect(stageKeys(same, stages)).toEqual(stageKeys(one, stages));
    expect(stageKeys(other, stages)).not.toEqual(stageKeys(one, stages));
    expect(stageKeys({ ...one, trained: undefined }, stages)).not.toEqual(stageKeys(one, stages));
    expect((await made(other, target))[0]).not.toEqual(first[0]);
  });

  it('blame the farm when weights were dropped', async () => {
    const network = await request('library');
    const trained = {
      ...network.trained!,
      weights: network.trained!.weights.map(() => 'a'.repeat(64)),
    };
    expect((await made({ ...network, trained }, 'host/onnxruntime/cpu/int8'))[0]).toMatchObject({
      error: { kind: 'failed', message: expect.stringContaining('dropped') as string },
    });
  });
});

const statement =
  'trained block by block for reference teacher, not finetuned; calibrated with generated inputs';
