/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../../common/random';
import { trainedSegmentGraph } from '../../../../model/block/trained_segment';
import { createSession } from '../../../../model/execute/session';
import type { Graph } from '../../../../model/onnx/graph';
import { writeOnnx } from '../../../../model/onnx/write';
import { createSpaceOfYaml } from '../../../../model/space/create_space';
import { shippedSpaceNames } from '../../../../model/space/load_space';
import type { TrainingEngine, NetworkPart, BatchValues } from '../../../../predictor/engine/engine';
import { openEngine } from '../../../../predictor/engine/open_engine';
import { shippedYaml } from './shipped_yaml';
import { blockCases, layersPart, unevenWeights, type BlockCase } from './block_cases';

const tolerance = 1e-4;
/** Of the larger spaces, evenly over their options. */
const mostCases = 24;
const names = shippedSpaceNames().filter((name) => name !== 'nasbench201');

describe('the options of blocks', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await openEngine({ kind: 'auto', threads: 1 });
  });

  test.each(names)(
    'of %s compute in the engine, from layers and from the exported graph, what ONNX Runtime computes',
    async (name) => {
      const cases = spread(blockCases(createSpaceOfYaml(shippedYaml(name), name)));
      expect(cases.length).toBeGreaterThan(0);
      for (const block of cases) {
        const weights = unevenWeights(engine, block);
        const graph = trainedSegmentGraph(block.segment, block.inputShape, weights);
        const input = randomInput(block);
        const expected = await inOnnxRuntime(graph, input);
        const parts: NetworkPart[] = [
          layersPart(block, weights),
          { kind: 'graph', name: block.segment.name, graph },
        ];
        for (const part of parts) {
          const difference = relativeDifference(infer(engine, part, block, input), expected);
          if (!(difference < tolerance))
            throw new Error(
              `${part.kind} of ${JSON.stringify(block.segment.layers)}: ${difference}`,
            );
        }
      }
    },
    120_000,
  );
});

function spread(cases: readonly BlockCase[]): readonly BlockCase[] {
  const step = Math.max(1, Math.ceil(cases.length / mostCases));
  return cases.filter((_, index) => index % step === 0);
}

function randomInput({ inputShape }: BlockCase): BatchValues {
  const random = createRandom('input');
  const count = inputShape.reduce((product, size) => product * size, 1);
  return { shape: inputShape, data: Float32Array.from({ length: count }, () => random.normal()) };
}

async function inOnnxRuntime(graph: Graph, input: BatchValues): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  try {
    const outputs = await session.run(
      new Map([[graph.inputs[0]!.name, { shape: [...input.shape], data: input.data }]]),
    );
    return outputs.get(graph.outputs[0]!.name)!.data;
  } finally {
    await session.release();
  }
}

/** In ONNX's order: images NCHW. */
function infer(
  engine: TrainingEngine,
  part: NetworkPart,
  { inputShape }: BlockCase,
  input: BatchValues,
): Float32Array {
  const network = engine.createNetwork([part]);
  const output = network.infer(
    inputShape.length === 4 ? channelsLast(input) : { ...input, shape: [1, ...inputShape] },
  );
  network.close();
  return output.shape.length === 4 ? channelsFirst(output) : output.data;
}

function channelsLast({
  data,
  shape: [, channels = 1, height = 1, width = 1],
}: BatchValues): BatchValues {
  const pixels = height * width;
  return {
    shape: [1, height, width, channels],
    data: data.map((_, index) => data[(index % channels) * pixels + Math.floor(index / channels)]!),
  };
}

function channelsFirst({
  data,
  shape: [, height = 1, width = 1, channels = 1],
}: BatchValues): Float32Array {
  const pixels = height * width;
  return data.map((_, index) => data[(index % pixels) * channels + Math.floor(index / pixels)]!);
}

/** Largest difference over the largest value. */
function relativeDifference(ours: Float32Array, expected: Float32Array): number {
  expect(ours.length).toBe(expected.length);
  let [difference, scale] = [0, 0];
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(value - ours[index]!));
    scale = Math.max(scale, Math.abs(value));
  });
  expect(scale).toBeGreaterThan(0);
  return difference / scale;
}
