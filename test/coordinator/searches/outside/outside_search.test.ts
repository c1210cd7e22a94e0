import type { LedgerEntry } from '../../../../coordinator/ledger/job_records';
import type { EndView } from '../../../../coordinator/searches/outside/end_reader';
import type {
  Proposed,
  Rejection,
} from '../../../../coordinator/searches/outside/outside_proposals';
import { SearchRunner } from '../../../../coordinator/searches/search_runner';
import { createBench, fastTarget, latencyOf, paperModel, slowTarget } from '../search_bench';
import { sampleMeasurement } from '../../sample_fleet';
import { cellsOf, opVectorOf } from './sample_cells';
import { SearchLab } from '../search_lab';

const specYaml = (more = 'budget: { measurements: 12 }'): string => `name: Outside
space: nasbench201
strategy: { kind: external }
targets: [${fastTarget}, ${slowTarget}]
confirm: { rounds: 0 }
${more}
`;
const cells = cellsOf(1_200);

describe('a search that is driven from outside', () => {
  let lab: SearchLab;
  let searchId: string;

  beforeEach(async () => {
    lab = await SearchLab.open();
    await create();
  });
  afterEach(() => lab.close());

  async function create(more?: string): Promise<void> {
    ({ searchId } = await lab.runner.create(specYaml(more), 'spec.yaml'));
    await lab.runner.settled();
  }

  async function answer(
    architectures: readonly string[],
    target = fastTarget,
  ): Promise<readonly Proposed[] | Rejection> {
    const result = await lab.runner.propose(searchId, target, architectures);
    await lab.runner.settled();
    return result.ok ? result.value : result.error;
  }

  const states = async (architectures: readonly string[]): Promise<string[]> => {
    const proposed = await answer(architectures);
    return 'message' in proposed
      ? [proposed.message]
      : proposed.map(({ sequence, state }) => `${String(sequence)} ${state}`);
  };

  async function measure(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      await lab.bench.engine.measure(lab.bench.engine.queue[0]!);
      await lab.runner.settled();
    }
  }

  async function ends(after = 0, target = fastTarget): Promise<EndView[]> {
    const all: EndView[] = [];
    for (
      let page = await lab.reader.ends(searchId, target, after);
      page.length > 0;
      page = await lab.reader.ends(searchId, target, all.at(-1)!.cursor)
    )
      all.push(...page);
    return all;
  }

  it('measures what is proposed, in that order, on the target named', async () => {
    expect(lab.bench.engine.queue).toEqual([]);
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'running',
      strategy: 'external',
    });
    await answer([opVectorOf(cells[0]!), cells[1]!]);
    expect(await answer(cells.slice(1, 6))).toEqual(
      cells.slice(1, 6).map((architecture, index) => ({
        architecture,
        sequence: index + 1,
        state: index < 3 ? 'in-flight' : 'waiting',
      })),
    );
    expect(
      (await lab.ledger.candidates.of(searchId)).map(({ target, sequence, architecture }) => [
        target,
        sequence,
        architecture,
      ]),
    ).toEqual(cells.slice(0, 4).map((cell, index) => [fastTarget, index, cell]));
    await measure(2);
    expect(lab.bench.engine.queue.map(({ artifact }) => artifact.digest)).toEqual(
      cells.slice(2, 6).map((cell) => paperModel(cell).artifact.digest),
    );
  });

  it('knows an architecture by all its names and never takes it twice', async () => {
    expect(await answer([cells[0]!, opVectorOf(cells[0]!), cells[0]!])).toEqual(
      [0, 0, 0].map((sequence) => ({
        architecture: cells[0],
        sequence,
        state: expect.any(String) as string,
      })),
    );
    await measure(1);
    expect(await states([opVectorOf(cells[0]!), cells[1]!])).toEqual([
      '0 measured',
      expect.stringMatching(/^1 /),
    ]);
    await Promise.all([
      answer(cells.slice(2, 30)),
      answer(cells.slice(10, 40)),
      answer(cells.slice(0, 20)),
    ]);
    const proposals = await lab.ledger.proposals.of(searchId);
    expect(proposals.map(({ sequence }) => sequence)).toEqual(proposals.map((_, index) => index));
    expect(new Set(proposals.map(({ architecture }) => architecture))).toEqual(
      new Set(cells.slice(0, 40)),
    );
    expect(await answer([cells[0]!], slowTarget)).toMatchObject([{ sequence: 0 }]);
  });

  it.each([
    ['none at all', [], 'field architectures: 0 of them; expected 1 to 100'],
    [
      'more than a call may carry',
      cells.slice(0, 101),
      'field architectures: 101 of them; expected 1 to 100',
    ],
    [
      'no name',
      [cells[0]!, 'resnet'],
      'field architectures.1: cell "resnet": 1 nodes; expected 3 joined by +, for example |nor_conv_3x3~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|',
    ],
    [
      'no network',
      [cells[0]!, '000000'],
      'field architectures.1: 000000 is no network of nasbench201: its output does not see its input; propose another',
    ],
    [
      'endless text',
      ['1'.repeat(1_001)],
      `field architectures.0: ${'1'.repeat(120)}… has 1001 characters; expected at most 1000`,
    ],
  ])('refuses %s, and takes nothing of the call', async (_, architectures, message) => {
    await expect(lab.runner.propose(searchId, fastTarget, architectures)).rejects.toThrow(message);
    expect(await lab.ledger.proposals.of(searchId)).toEqual([]);
    expect(lab.bench.builder.built).toEqual([]);
  });

  it('refuses what the constraints exclude, and says which', async () => {
    await create(
      'constraints: { forbidden: [avg_pool_3x3], accuracyPercentMin: 66 }\nbudget: { measurements: 9 }',
    );
    await expect(answer(['444444'])).rejects.toThrow(
      'field architectures.0: 444444 has avg_pool_3x3, which the search forbids; propose another',
    );
    await expect(answer(['333333', '111111'])).rejects.toThrow(
      /^field architectures\.1: 111111 has 33\.94 % accuracy, and accuracyPercentMin is 66; propose another$/,
    );
    expect(await lab.ledger.proposals.of(searchId)).toEqual([]);
  });

  it('refuses targets and searches that it has not, and those that propose by themselves', async () => {
    await expect(
      lab.runner.propose(searchId, 'a/onnxruntime/cpu/int8', ['333333']),
    ).rejects.toThrow(
      `search ${searchId} has no target a/onnxruntime/cpu/int8; its targets are ${fastTarget}, ${slowTarget}`,
    );
    await expect(lab.runner.propose('nothing', fastTarget, ['333333'])).rejects.toThrow(
      'there is no search "nothing"',
    );
    const { searchId: own } = await lab.runner.create(
      specYaml().replace('external', 'random'),
      'spec.yaml',
    );
    await lab.runner.settled();
    await expect(lab.runner.propose(own, fastTarget, ['333333'])).rejects.toThrow(
      `search ${own} proposes by itself (random); create one with strategy: { kind: external }`,
    );
  });

  it('lets a bounded number wait, and takes more as they end', async () => {
    for (let start = 0; start < 1_000; start += 100) await answer(cells.slice(start, start + 100));
    await answer(cells.slice(1_000, 1_004));
    const full = {
      kind: 'full',
      message: `1000 proposals wait for ${fastTarget} and 1 more were proposed, at most 1000 can wait; read Ends, and propose again when some have ended`,
    };
    expect(await answer([cells[0]!, cells[1_010]!])).toEqual(full);
    expect(await answer([cells[1_003]!])).toMatchObject([
      { sequence: 1_003, state: 'beyond-budget' },
    ]);
    await measure(1);
    expect(await answer([cells[1_010]!])).toMatchObject([{ sequence: 1_004 }]);
  });

  it('says what is beyond the budget, which is measured when something costs nothing or the budget grows', async () => {
    await create('budget: { measurements: 3 }');
    await answer(cells.slice(0, 6));
    expect(await states(cells.slice(0, 6))).toEqual([
      '0 in-flight',
      '1 in-flight',
      '2 in-flight',
      '3 beyond-budget',
      '4 beyond-budget',
      '5 beyond-budget',
    ]);
    await lab.bench.engine.refuse(lab.bench.engine.queue[0]!);
    await lab.runner.settled();
    expect(await states(cells.slice(0, 5))).toEqual([
      '0 infeasible',
      '1 in-flight',
      '2 in-flight',
      '3 in-flight',
      '4 beyond-budget',
    ]);
    await measure(3);
    await answer(cells.slice(0, 9), slowTarget);
    await measure(3);
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 3, infeasible: 1 }, { measured: 3 }],
    });
    expect(await states([cells[3]!, cells[4]!, cells[9]!])).toEqual([
      '3 measured',
      '4 beyond-budget',
      '6 beyond-budget',
    ]);
    await lab.restart();
    await lab.runner.extend(searchId, {
      extensionId: 'more',
      measurements: 1,
      phoneMinutes: 0,
      wallMinutes: 0,
    });
    await lab.runner.settled();
    expect(await states(cells.slice(3, 6))).toEqual([
      '3 measured',
      '4 in-flight',
      '5 beyond-budget',
    ]);
  });

  it('takes proposals while it is paused, and nothing once it is stopped', async () => {
    await lab.runner.pause(searchId);
    expect(await states([cells[0]!])).toEqual(['0 waiting']);
    expect(lab.bench.builder.built).toEqual([]);
    await lab.runner.resume(searchId);
    await lab.runner.settled();
    expect(await states([cells[0]!])).toEqual(['0 in-flight']);
    await lab.runner.stop(searchId);
    expect(await answer([cells[0]!])).toEqual({
      kind: 'stopped',
      message: `search ${searchId} is stopped for good; create another one`,
    });
  });

  it('loses nothing that was answered when the coordinator dies', async () => {
    await answer(cells.slice(0, 9));
    await measure(2);
    const before = await states(cells.slice(0, 9));
    await lab.restart();
    expect(await states(cells.slice(0, 9))).toEqual(before);
    expect(await states([cells[9]!])).toEqual(['9 waiting']);
    await measure(8);
    expect((await ends()).map(({ architecture, sequence }) => [architecture, sequence])).toEqual(
      cells.slice(0, 10).map((cell, index) => [cell, index]),
    );
  });

  it('has all it knows in the ledger when it is closed', async () => {
    lab.bench.builder.refuse = () => true;
    await answer(cells.slice(0, 3));
    await lab.runner.close();
    expect((await lab.ledger.proposals.of(searchId)).map(({ state }) => state)).toEqual([
      'abandoned',
      'abandoned',
      'abandoned',
    ]);
  });

  it('takes no place for a call that could not be saved', async () => {
    const { proposals } = lab.ledger;
    let isFull = true;
    const broken = createBench(lab.ledger, {
      ...lab.ledger,
      proposals: {
        ...proposals,
        save: (some) => (isFull ? Promise.reject(new Error('disk full')) : proposals.save(some)),
      },
    });
    const other = new SearchRunner(broken.parts);
    await expect(other.propose(searchId, fastTarget, cells.slice(0, 3))).rejects.toThrow(
      'disk full',
    );
    isFull = false;
    expect(await other.propose(searchId, fastTarget, cells.slice(5, 7))).toMatchObject({
      ok: true,
      value: [
        { architecture: cells[5], sequence: 0 },
        { architecture: cells[6], sequence: 1 },
      ],
    });
    await other.close();
  });

  it('tells every end in its order, whatever it is, from any of them on', async () => {
    await create('constraints: { macsMax: 200, latencyMsMax: 1.1 }\nbudget: { measurements: 12 }');
    const small = cells.filter((cell) => paperModel(cell).costs.macs <= 200);
    const large = cells.find((cell) => paperModel(cell).costs.macs > 200)!;
    lab.bench.builder.refuse = ({ architecture }) => architecture === small[1];
    await answer([small[0]!, small[1]!, large, small[2]!, small[3]!]);
    const [first, second, third] = lab.bench.engine.queue;
    await lab.bench.engine.refuse(second!);
    await lab.bench.engine.measure(first!);
    await lab.bench.engine.abandon(third!);
    await lab.runner.settled();
    const latencyMs = latencyOf(first!.artifact.digest);
    const seen = await ends();
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
    await lab.restart();
    for (const [index, cursor] of cursors.entries())
      expect(await ends(cursor)).toEqual(seen.slice(index + 1));
    expect(await ends(0, slowTarget)).toEqual([]);
    expect(await states([small[1]!, small[3]!])).toEqual(['1 abandoned', '4 abandoned']);
  });

  it('tells of a measurement that was made before', async () => {
    await answer([cells[0]!]);
    await measure(1);
    await create();
    await answer([cells[0]!]);
    expect(await ends()).toMatchObject([
      { kind: 'reused', latencyMs: latencyOf(paperModel(cells[0]!).artifact.digest) },
    ]);
    expect(await states([cells[0]!])).toEqual(['0 reused']);
  });

  it('says how noisy a measurement was, where it has sessions that tell', async () => {
    await answer(cells.slice(0, 2));
    const jobIds = lab.bench.engine.queue.map(({ jobId }) => jobId);
    for (const [index, mediansMs] of [[4, 5, 6], [5]].entries())
      await lab.ledger.jobs.commit(measuredEnd(jobIds[index]!, mediansMs));
    expect((await ends()).map(({ sessions, relativeNoise }) => [sessions, relativeNoise])).toEqual([
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
