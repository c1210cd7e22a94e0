import { createCandidateBuilder } from '../../../coordinator/candidates/candidate_builder';
import type { BuildRequest, BuildResult } from '../../../coordinator/candidates/build_request';
import type { PreparationRequest } from '../../../coordinator/candidates/candidate_preparation';
import { parseTarget } from '../../../common/target';

const request: BuildRequest = {
  space: 'nasbench201',
  architecture: 'a',
  cellsPerStage: 1,
  seed: 1,
};
const asked: PreparationRequest = {
  space: 'nasbench201',
  architecture: 'a',
  model: { cellsPerStage: 1, seed: 1 },
  target: parseTarget('host/onnxruntime/cpu/int8'),
};
const { signal } = new AbortController();
const built: BuildResult = {
  ok: true,
  value: { model: new Uint8Array(7), macs: 42, parameters: 5, peakActivationBytes: 6 },
};
const broken: BuildResult = { ok: false, error: { kind: 'crashed', message: 'out of memory' } };

function createParts(answers: readonly BuildResult[]) {
  const requests: BuildRequest[] = [];
  const saved: unknown[] = [];
  const stored = new Set<string>();
  const builder = createCandidateBuilder({
    pool: { build: (asked) => Promise.resolve(answers[requests.push(asked) - 1]!) },
    store: {
      write: (data) => {
        stored.add('d');
        return Promise.resolve({ digest: 'd', sizeBytes: data.byteLength });
      },
      sizeBytes: (digest) => Promise.resolve(stored.has(digest) ? 7 : undefined),
    },
    artifacts: {
      save: (artifact, atMs) => Promise.resolve(void saved.push([artifact, atMs])),
    },
    clock: { nowMs: () => 5 },
  });
  return { builder, requests, saved, stored };
}

describe('the candidate builder', () => {
  it('stores the model and records it before it gives the artifact out', async () => {
    const { builder, saved } = createParts([built]);
    const artifact = { digest: 'd', sizeBytes: 7, format: 'onnx' };
    expect(await builder.prepare(asked, signal)).toEqual({
      ok: true,
      value: { artifact, costs: { macs: 42, parameters: 5, peakActivationBytes: 6 } },
    });
    expect(saved).toEqual([[artifact, 5]]);
  });

  it('builds an architecture once, asked for at once or again', async () => {
    const { builder, requests } = createParts([built, built]);
    await Promise.all([builder.prepare(asked, signal), builder.prepare({ ...asked }, signal)]);
    await builder.prepare(asked, signal);
    expect(requests).toEqual([request]);
  });

  it('builds again what the store has dropped since, once', async () => {
    const { builder, requests, stored } = createParts([built, built, built]);
    await builder.prepare(asked, signal);
    stored.clear();
    const again = await Promise.all([
      builder.prepare(asked, signal),
      builder.prepare(asked, signal),
    ]);
    expect(again.map(({ ok }) => ok)).toEqual([true, true]);
    expect(requests).toEqual([request, request]);
    expect([...stored]).toEqual(['d']);
  });

  it('tells apart what makes other bytes', async () => {
    const { builder, requests } = createParts([built, built, built, built]);
    for (const other of [
      {},
      { architecture: 'b' },
      { model: { cellsPerStage: 2, seed: 1 } },
      { model: { seed: 2 } },
    ])
      await builder.prepare({ ...asked, ...other }, signal);
    expect(requests).toHaveLength(4);
  });

  it('tries again what failed', async () => {
    const { builder } = createParts([broken, built]);
    expect((await builder.prepare(asked, signal)).ok).toBe(false);
    expect((await builder.prepare(asked, signal)).ok).toBe(true);
  });
});
