/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createTensorCache } from '../../model/block/tensor_cache';
import { buildCandidate } from '../../model/build';
import { loadSpace } from '../../model/space/load_space';

const rest = '+dw-k3-e2-d1-w1-relu6-plain+dw-k5-e4-d1-w1-relu6-plain+dw-k3-e2-d1-w1-relu6-se';
const [small, large] = [`dw-k3-e2-d1-w1-relu6-plain${rest}`, `dw-k7-e6-d2-w1-relu6-se${rest}`];
const spec = (architecture: string): Parameters<typeof buildCandidate>[0] => ({
  space: 'demo-small',
  architecture,
  seed: 1,
  calibration: { kind: 'generated', seed: 1, samples: 1 },
});

describe('a candidate of a space of blocks', () => {
  it('costs what the space says, and its file is no smaller than its parameters', async () => {
    const space = loadSpace('demo-small');
    const { summary, parameters, int8 } = await buildCandidate(spec(small));
    expect({ macs: summary.cost.macs, parameters }).toEqual({
      macs: space.costOf(small).macs,
      parameters: space.costOf(small).parameters,
    });
    expect(int8.length).toBeGreaterThan(space.costOf(small).weightBytes / 4);
  });

  it('is the same to the byte whatever was built before, and shares the weights of equal blocks', async () => {
    const weights = createTensorCache(64 * 1024 * 1024);
    await buildCandidate(spec(large), weights);
    const before = weights.counts();
    const warm = await buildCandidate(spec(small), weights);
    // Stem, head and three of four blocks are known.
    expect(weights.counts()).toMatchObject({ hits: before.hits + 5, misses: before.misses + 1 });
    expect(
      Buffer.from(warm.int8).equals(Buffer.from((await buildCandidate(spec(small))).int8)),
    ).toBe(true);
  });
});
