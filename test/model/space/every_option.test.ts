/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { sampleArchitecture } from '../../../model/space/genotype';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../../common/random';
import { createTensorCache } from '../../../model/block/tensor_cache';
import { costOfOnnx } from '../../../model/cost/onnx_cost';
import { createSession } from '../../../model/execute/session';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { shippedSpaceNames } from '../../../model/space/load_space';
import { createSpaceOfYaml } from '../../../model/space/create_space';
import type { NetworkSpace } from '../../../model/space/network_space';

/**
 * Every option of every block that is a network of its own, at a small image: operators and channels are the full one's. Each architecture
 * takes another option in all blocks at once, so that the largest block sets the count: FARM_EXHAUSTIVE=1 runs them all;
 * otherwise, with a quarter of the channels, as many run as show each choice of each dimension at least once. The cells have an
 * exhaustive test of their own.
 */
const exhaustive = process.env['FARM_EXHAUSTIVE'] === '1';
const imageSize = 32;
const names = shippedSpaceNames().filter((name) => name !== 'nasbench201');

function smallSpace(name: string): NetworkSpace {
  const yaml = readFileSync(
    join(__dirname, '../../../model/space/shipped', `${name}.yaml`),
    'utf8',
  );
  const small = yaml
    .replace(/imageSize: \d+/, `imageSize: ${imageSize}`)
    .replace(/classes: \d+/, 'classes: 10');
  const narrow = small
    .replaceAll(
      /channels: (\d+)/g,
      (_, channels) => `channels: ${Math.max(16, Number(channels) / 4)}`,
    )
    .replace('[128, 192, 256]', '[32, 48, 64]');
  return createSpaceOfYaml(exhaustive ? small : narrow, name);
}

/** One architecture for each number: the options of a block in turn. */
function* covering(space: NetworkSpace): Generator<string> {
  const perBlock = new Map<string, string[]>();
  const random = createRandom('cover');
  // The blocks' texts as the space permits them, from samples until nothing new comes: canonical ones only, which is each network once.
  for (let idle = 0; idle < 6_000; idle += 1) {
    sampleArchitecture(space, random)
      .split('+')
      .forEach((text, index) => {
        const known = perBlock.get(String(index)) ?? [];
        if (!known.includes(text)) {
          known.push(text);
          idle = 0;
        }
        perBlock.set(String(index), known);
      });
  }
  const most = Math.max(...[...perBlock.values()].map((texts) => texts.length));
  for (let turn = 0; turn < most; turn += 1)
    yield [...perBlock.values()].map((texts) => texts[turn % texts.length]).join('+');
}

/** Few architectures that together show each choice of each position; of many samples always the one with the most that is new. */
function showing(space: NetworkSpace): string[] {
  const random = createRandom('show');
  const choicesOf = (architecture: string): string[] =>
    space.genotypeOf(architecture).map((digit, position) => `${position}:${digit}`);
  const samples = Array.from({ length: 400 }, () => sampleArchitecture(space, random)).map(
    (architecture) => ({ architecture, choices: choicesOf(architecture) }),
  );
  const missing = new Set(
    space.choices.flatMap((count, position) =>
      Array.from({ length: count }, (_, digit) => `${position}:${digit}`),
    ),
  );
  const chosen: string[] = [];
  while (missing.size > 0) {
    const fresh = ({ choices }: { readonly choices: readonly string[] }): number =>
      choices.filter((choice) => missing.has(choice)).length;
    const best = samples.reduce((one, other) => (fresh(other) > fresh(one) ? other : one));
    if (fresh(best) === 0) throw new Error(`no sample shows ${[...missing].join(' ')}`);
    best.choices.forEach((choice) => missing.delete(choice));
    chosen.push(best.architecture);
  }
  return chosen;
}

async function logits(graph: Graph): Promise<Float32Array> {
  const random = createRandom('image');
  const session = await createSession(writeOnnx(graph));
  try {
    const data = Float32Array.from({ length: 3 * imageSize ** 2 }, () => random.normal());
    return (
      await session.run(new Map([['image', { shape: [1, 3, imageSize, imageSize], data }]]))
    ).get('logits')!.data;
  } finally {
    await session.release();
  }
}

test.each(names)(
  'the options of %s build, cost what their layers say, and run in ONNX Runtime',
  async (name) => {
    const space = smallSpace(name);
    const cache = createTensorCache(64 * 2 ** 20);
    const architectures = exhaustive ? [...covering(space)] : showing(space);
    for (const architecture of architectures) {
      const graph = space.build(architecture, { seed: 1, cache });
      const types = inferShapes(graph);
      if (!types.ok) throw new Error(`${architecture}: ${types.error}`);
      const onnx = costOfOnnx(graph, types.value);
      expect(space.costOf(architecture)).toMatchObject({
        macs: onnx.macs,
        weightBytes: onnx.parameterBytes,
        peakActivationBytes: onnx.peakActivationBytes,
        operators: onnx.operators.length,
      });
      const values = await logits(graph);
      if (!values.every(Number.isFinite) || Math.max(...values.map(Math.abs)) > 1e3)
        throw new Error(`${architecture}: logits ${values.join(' ')}`);
    }
    if (exhaustive) console.log(`${name}: ${architectures.length} architectures ran`);
  },
  exhaustive ? 3_600_000 : 60_000,
);
