import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectFarm, type FarmClient } from '../../cli/link/farm_client';
import { createTensorCache } from '../../model/block/tensor_cache';
import { writeOnnx } from '../../model/onnx/write';
import { anatomyOf } from '../../model/reference/anatomy';
import { resolveCuts } from '../../model/reference/cuts';
import { createSpaceOfYaml } from '../../model/space/create_space';
import { farmUp, type FarmUp } from './farm_up';
import { eventually, isAlive } from './processes';

jest.setTimeout(180_000);

const space = `kind: conv
name: two-blocks
description: Small enough to be trained while a test waits.
imageSize: 16
classes: 10
stem: { kind: conv, channels: 8, activation: relu6 }
choices:
  cell: [depthwise]
  kernel: [3, 5]
  expansion: [1, 2]
  depth: [1, 2]
  width: [1]
  activation: [relu6]
  attention: [none]
blocks:
  - { channels: 8, stride: 1 }
  - { channels: 16, stride: 2 }
head: { kind: pool }
`;
const options = 16;
/** A worker that was killed starts TensorFlow.js anew; what it was at is offered again after a minute. */
const deadlineMs = 150_000;

/** The smallest network of the space as a reference, with everything that a library takes. */
function writeReference(folder: string): string {
  const made = createSpaceOfYaml(space, 'space');
  const [architecture] = made.blockChoices!().reduce<readonly string[]>(
    (texts, [choice]) => [[...texts, choice!.text].join('+')],
    [],
  );
  const graph = made.build(architecture!, { seed: 1, cache: createTensorCache(0) });
  const anatomy = anatomyOf(graph);
  if (!anatomy.ok) throw new Error(anatomy.error);
  const cuts = resolveCuts({ kind: 'auto', blocks: 2 }, anatomy.value);
  if (!cuts.ok) throw new Error(cuts.error);
  // Pooling follows: the proposal ends the second block before its projection.
  const end = anatomy.value.cuts.findLast(({ shape }) => shape.join() === '1,16,4,4');
  writeFileSync(path.join(folder, 'reference.onnx'), writeOnnx(graph));
  writeFileSync(path.join(folder, 'space.yaml'), space);
  const file = path.join(folder, 'reference.yaml');
  const document = {
    ...{ name: 'two-blocks', model: 'reference.onnx', space: 'space.yaml' },
    cuts: [...cuts.value.slice(0, 2), end!].map(({ tensor }) => tensor),
    task: { classes: 10 },
    sample: { size: [16, 16] },
    data: { kind: 'generated', train: 256, validation: 64 },
    library: { epochs: 2 },
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

describe('a library', () => {
  let farm: FarmUp;
  let client: FarmClient;
  beforeAll(async () => {
    farm = await farmUp(0);
    client = connectFarm(`127.0.0.1:${farm.ports.grpc}`);
  });
  afterAll(async () => {
    client.close();
    await farm.remove();
  });

  const ended = async (): Promise<number> => (await client.library('two-blocks')).length;
  const kill = async (words: string): Promise<void> => {
    const victim = farm.pid(words);
    process.kill(victim, 'SIGKILL');
    await eventually(
      `${words} runs again`,
      deadlineMs,
      () => !isAlive(victim) && farm.processes().some(({ command }) => command.includes(words)),
    );
  };

  test('is whole although worker and coordinator are killed while it is built', async () => {
    const file = writeReference(farm.folder);
    expect(await farm.json('reference', 'register', file)).toMatchObject({ name: 'two-blocks' });
    expect(await farm.json('reference', 'list')).toMatchObject([{ name: 'two-blocks' }]);
    const building = farm.run('library', 'build', file);
    const some = (count: number) =>
      eventually(
        `${count} options are trained`,
        deadlineMs,
        async () => (await ended().catch(() => 0)) >= count,
      );
    await some(2);
    await kill('main.js predictor');
    await some(4);
    await kill('main.js coordinator');
    await some(options);
    await building;
    const again = (await farm.json('library', 'build', file)) as { readonly options: number };
    expect(again).toEqual({ options, failed: [] });
    expect(await ended()).toBe(options);
  });
});
