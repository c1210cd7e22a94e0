import type { LedgerEntry } from '../../../../coordinator/ledger/job_records';
import { sampleMeasurement } from '../../sample_fleet';
import { latencyOf, paperModel, slowTarget } from '../search_bench';
import { OutsideLab } from './outside_lab';
import { cellsOf } from './sample_cells';

const cells = cellsOf(100);

describe('what an outside searcher hears of its proposals', () => {
  let outside: OutsideLab;

  beforeEach(async () => {
    outside = await OutsideLab.open();
  });
  afterEach(() => outside.lab.close());

  it('tells every end in its order, whatever it is, from any of them on', async () => {
    await outside.create(
      'constraints: { macsMax: 200, latencyMsMax: 1.1 }\nbudget: { measurements: 12 }',
    );
    const small = cells.filter((cell) => paperModel(cell).costs.macs <= 200);
    const large = cells.find((cell) => paperModel(cell).costs.macs > 200)!;
    outside.lab.bench.builder.refuse = ({ architecture }) => architecture === small[1];
    await outside.answer([small[0]!, small[1]!, large, small[2]!, small[3]!]);
    const [first, second, third] = outside.lab.bench.engine.queue;
    await outside.lab.bench.engine.refuse(second!);
    await outside.lab.bench.engine.measure(first!);
    await outside.lab.bench.engine.abandon(third!);
    await outside.lab.runner.settled();
    const latencyMs = latencyOf(first!.artifact.digest);
    const seen = await outside.ends();
    expect(seen).toMatchObject([
      {
        sequence: 1,
        architecture: small[1],
        kind: 'abandoned',
        latencyMs: null,
        violation: 0,
        jobId: null,
        reason: "its model could not be built; the coordinator's log says why",
      },
      {
        sequence: 2,
        architecture: large,
        kind: 'infeasible',
        violation: paperModel(large).costs.macs / 200 - 1,
        reason: expect.stringMatching(/MACs, and macsMax is 200$/) as string,
      },
      {
        sequence: 3,
        architecture: small[2],
        kind: 'infeasible',
        violation: Infinity,
        reason: 'no kernel',
      },
      {
        sequence: 0,
        architecture: small[0],
        kind: 'measured',
        latencyMs,
        violation: Math.max(0, latencyMs / 1.1 - 1),
        accuracyPercent: expect.any(Number) as number,
        reason: '',
      },
      { sequence: 4, architecture: small[3], kind: 'abandoned', violation: 0, reason: 'cable' },
    ]);
    const cursors = seen.map(({ cursor }) => cursor);
    expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
    await outside.lab.restart();
    for (const [index, cursor] of cursors.entries())
      expect(await outside.ends(cursor)).toEqual(seen.slice(index + 1));
    expect(await outside.ends(0, slowTarget)).toEqual([]);
    expect(await outside.states([small[1]!, small[3]!])).toEqual(['1 abandoned', '4 abandoned']);
  });

  it('tells of a measurement that was made before', async () => {
    await outside.answer([cells[0]!]);
    await outside.measure(1);
    await outside.create();
    await outside.answer([cells[0]!]);
    expect(await outside.ends()).toMatchObject([
      { kind: 'reused', latencyMs: latencyOf(paperModel(cells[0]!).artifact.digest) },
    ]);
    expect(await outside.states([cells[0]!])).toEqual(['0 reused']);
  });

  it('says how noisy a measurement was, where it has sessions that tell', async () => {
    await outside.answer(cells.slice(0, 2));
    const jobIds = outside.lab.bench.engine.queue.map(({ jobId }) => jobId);
    for (const [index, mediansMs] of [[4, 5, 6], [5]].entries())
      await outside.lab.ledger.jobs.commit(measuredEnd(jobIds[index]!, mediansMs));
    expect(
      (await outside.ends()).map(({ sessions, relativeNoise }) => [sessions, relativeNoise]),
    ).toEqual([
      [3, expect.closeTo(1 / Math.sqrt(3) / 5, 9)],
      [1, null],
    ]);
  });
});

function measuredEnd(jobId: string, mediansMs: readonly number[]): LedgerEntry[] {
  const sample = sampleMeasurement('phone-0', 5);
  const measurement = {
    ...sample,
    sessionSummaries: mediansMs.map((p50Ms) => ({ ...sample.summary, p50Ms })),
  };
  const result = {
    lease: { jobId, deviceSerial: 'phone-0', epoch: 1, nonce: 'n' },
    agentId: 'agent',
    artifactDigest: '',
    outcome: { kind: 'measured' as const, measurement },
  };
  return [
    { kind: 'attempt', result, atMs: 1 },
    {
      kind: 'job-ended',
      jobId,
      state: { kind: 'measured', deviceSerial: 'phone-0', epoch: 1 },
      atMs: 1,
    },
  ];
}
