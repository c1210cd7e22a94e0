import { createCandidateBuilder } from '../../../coordinator/build/candidate_builder';
import type { BuildRequest, BuildResult } from '../../../coordinator/build/build_request';

const request: BuildRequest = { space: 'nasbench201', architecture: 'a', cellsPerStage: 1, seed: 1 };
const built: BuildResult = { ok: true, value: { model: new Uint8Array(7), macs: 42, parameters: 5, peakActivationBytes: 6 } };
const broken: BuildResult = { ok: false, error: { kind: 'crashed', message: 'out of memory' } };

function createParts(answers: readonly BuildResult[]) {
  const requests: BuildRequest[] = [];
  const saved: unknown[] = [];
  const builder = createCandidateBuilder({
    pool: { build: (asked) => Promise.resolve(answers[requests.push(asked) - 1]!) },
    store: { write: (data) => Promise.resolve({ digest: 'd', sizeBytes: data.byteLength }) },
    ledger: { saveArtifact: (artifact, atMs) => Promise.resolve(void saved.push([artifact, atMs])) },
    clock: { nowMs: () => 5 },
  });
  return { builder, requests, saved };
}

describe('the candidate builder', () => {
  it('stores the model and records it before it gives the artifact out', async () => {
    const { builder, saved } = createParts([built]);
    const artifact = { digest: 'd', sizeBytes: 7, format: 'onnx' };
    expect(await builder.build(request)).toEqual({ ok: true, value: { artifact, macs: 42, parameters: 5, peakActivationBytes: 6 } });
    expect(saved).toEqual([[artifact, 5]]);
  });

  it('builds an architecture once, asked for at once or again', async () => {
    const { builder, requests } = createParts([built, built]);
    await Promise.all([builder.build(request), builder.build({ ...request })]);
    await builder.build(request);
    expect(requests).toEqual([request]);
  });

  it('tells apart what makes other bytes', async () => {
    const { builder, requests } = createParts([built, built, built, built]);
    for (const other of [{}, { architecture: 'b' }, { cellsPerStage: 2 }, { seed: 2 }]) await builder.build({ ...request, ...other });
    expect(requests).toHaveLength(4);
  });

  it('tries again what failed', async () => {
    const { builder } = createParts([broken, built]);
    expect((await builder.build(request)).ok).toBe(false);
    expect((await builder.build(request)).ok).toBe(true);
  });
});
