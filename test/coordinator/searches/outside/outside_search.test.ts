import { SearchRunner } from '../../../../coordinator/searches/search_runner';
import { createBench, fastTarget, paperModel, slowTarget } from '../search_bench';
import { OutsideLab, specYaml } from './outside_lab';
import { cellsOf, opVectorOf } from './sample_cells';

const cells = cellsOf(1_200);

describe('a search that is driven from outside', () => {
  let outside: OutsideLab;

  beforeEach(async () => {
    outside = await OutsideLab.open();
  });
  afterEach(() => outside.lab.close());

  it('measures what is proposed, in that order, on the target named', async () => {
    expect(outside.lab.bench.engine.queue).toEqual([]);
    expect(await outside.lab.reader.get(outside.searchId)).toMatchObject({
      state: 'running',
      strategy: 'external',
    });
    await outside.answer([opVectorOf(cells[0]!), cells[1]!]);
    expect(await outside.answer(cells.slice(1, 6))).toEqual(
      cells.slice(1, 6).map((architecture, index) => ({
        architecture,
        sequence: index + 1,
        state: index < 3 ? 'in-flight' : 'waiting',
      })),
    );
    expect(
      (await outside.lab.ledger.candidates.of(outside.searchId)).map(
        ({ target, sequence, architecture }) => [target, sequence, architecture],
      ),
    ).toEqual(cells.slice(0, 4).map((cell, index) => [fastTarget, index, cell]));
    await outside.measure(2);
    expect(outside.lab.bench.engine.queue.map(({ artifact }) => artifact.digest)).toEqual(
      cells.slice(2, 6).map((cell) => paperModel(cell).artifact.digest),
    );
  });

  it('knows an architecture by all its names and never takes it twice', async () => {
    expect(await outside.answer([cells[0]!, opVectorOf(cells[0]!), cells[0]!])).toEqual(
      [0, 0, 0].map((sequence) => ({
        architecture: cells[0],
        sequence,
        state: expect.any(String) as string,
      })),
    );
    await outside.measure(1);
    expect(await outside.states([opVectorOf(cells[0]!), cells[1]!])).toEqual([
      '0 measured',
      expect.stringMatching(/^1 /),
    ]);
    await Promise.all([
      outside.answer(cells.slice(2, 30)),
      outside.answer(cells.slice(10, 40)),
      outside.answer(cells.slice(0, 20)),
    ]);
    const proposals = await outside.lab.ledger.proposals.of(outside.searchId);
    expect(proposals.map(({ sequence }) => sequence)).toEqual(proposals.map((_, index) => index));
    expect(new Set(proposals.map(({ architecture }) => architecture))).toEqual(
      new Set(cells.slice(0, 40)),
    );
    expect(await outside.answer([cells[0]!], slowTarget)).toMatchObject([{ sequence: 0 }]);
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
    await expect(
      outside.lab.runner.propose(outside.searchId, fastTarget, architectures),
    ).rejects.toThrow(message);
    expect(await outside.lab.ledger.proposals.of(outside.searchId)).toEqual([]);
    expect(outside.lab.bench.builder.built).toEqual([]);
  });

  it('refuses what the constraints exclude, and says which', async () => {
    await outside.create(
      'constraints: { forbidden: [avg_pool_3x3], accuracyPercentMin: 66 }\nbudget: { measurements: 9 }',
    );
    await expect(outside.answer(['444444'])).rejects.toThrow(
      'field architectures.0: 444444 has avg_pool_3x3, which the search forbids; propose another',
    );
    await expect(outside.answer(['333333', '111111'])).rejects.toThrow(
      /^field architectures\.1: 111111 has 33\.94 % accuracy, and accuracyPercentMin is 66; propose another$/,
    );
    expect(await outside.lab.ledger.proposals.of(outside.searchId)).toEqual([]);
  });

  it('refuses targets and searches that it has not, and those that propose by themselves', async () => {
    await expect(
      outside.lab.runner.propose(outside.searchId, 'a/onnxruntime/cpu/int8', ['333333']),
    ).rejects.toThrow(
      `search ${outside.searchId} has no target a/onnxruntime/cpu/int8; its targets are ${fastTarget}, ${slowTarget}`,
    );
    await expect(outside.lab.runner.propose('nothing', fastTarget, ['333333'])).rejects.toThrow(
      'there is no search "nothing"',
    );
    const { searchId: own } = await outside.lab.runner.create(
      specYaml().replace('external', 'random'),
      'spec.yaml',
    );
    await outside.lab.runner.settled();
    await expect(outside.lab.runner.propose(own, fastTarget, ['333333'])).rejects.toThrow(
      `search ${own} proposes by itself (random); create one with strategy: { kind: external }`,
    );
  });

  it('lets a bounded number wait, and takes more as they end', async () => {
    for (let start = 0; start < 1_000; start += 100)
      await outside.answer(cells.slice(start, start + 100));
    await outside.answer(cells.slice(1_000, 1_004));
    const full = {
      kind: 'full',
      message: `1000 proposals wait for ${fastTarget} and 1 more were proposed, at most 1000 can wait; read Ends, and propose again when some have ended`,
    };
    expect(await outside.answer([cells[0]!, cells[1_010]!])).toEqual(full);
    expect(await outside.answer([cells[1_003]!])).toMatchObject([
      { sequence: 1_003, state: 'beyond-budget' },
    ]);
    await outside.measure(1);
    expect(await outside.answer([cells[1_010]!])).toMatchObject([{ sequence: 1_004 }]);
  });

  it('says what is beyond the budget, which is measured when something costs nothing or the budget grows', async () => {
    await outside.create('budget: { measurements: 3 }');
    await outside.answer(cells.slice(0, 6));
    expect(await outside.states(cells.slice(0, 6))).toEqual([
      '0 in-flight',
      '1 in-flight',
      '2 in-flight',
      '3 beyond-budget',
      '4 beyond-budget',
      '5 beyond-budget',
    ]);
    await outside.lab.bench.engine.refuse(outside.lab.bench.engine.queue[0]!);
    await outside.lab.runner.settled();
    expect(await outside.states(cells.slice(0, 5))).toEqual([
      '0 infeasible',
      '1 in-flight',
      '2 in-flight',
      '3 in-flight',
      '4 beyond-budget',
    ]);
    await outside.measure(3);
    await outside.answer(cells.slice(0, 9), slowTarget);
    await outside.measure(3);
    expect(await outside.lab.reader.get(outside.searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 3, infeasible: 1 }, { measured: 3 }],
    });
    expect(await outside.states([cells[3]!, cells[4]!, cells[9]!])).toEqual([
      '3 measured',
      '4 beyond-budget',
      '6 beyond-budget',
    ]);
    await outside.lab.restart();
    await outside.lab.runner.extend(outside.searchId, {
      extensionId: 'more',
      measurements: 1,
      phoneMinutes: 0,
      wallMinutes: 0,
    });
    await outside.lab.runner.settled();
    expect(await outside.states(cells.slice(3, 6))).toEqual([
      '3 measured',
      '4 in-flight',
      '5 beyond-budget',
    ]);
  });

  it('takes proposals while it is paused, and nothing once it is stopped', async () => {
    await outside.lab.runner.pause(outside.searchId);
    expect(await outside.states([cells[0]!])).toEqual(['0 waiting']);
    expect(outside.lab.bench.builder.built).toEqual([]);
    await outside.lab.runner.resume(outside.searchId);
    await outside.lab.runner.settled();
    expect(await outside.states([cells[0]!])).toEqual(['0 in-flight']);
    await outside.lab.runner.stop(outside.searchId);
    expect(await outside.answer([cells[0]!])).toEqual({
      kind: 'stopped',
      message: `search ${outside.searchId} is stopped for good; create another one`,
    });
  });

  it('loses nothing that was answered when the coordinator dies', async () => {
    await outside.answer(cells.slice(0, 9));
    await outside.measure(2);
    const before = await outside.states(cells.slice(0, 9));
    await outside.lab.restart();
    expect(await outside.states(cells.slice(0, 9))).toEqual(before);
    expect(await outside.states([cells[9]!])).toEqual(['9 waiting']);
    await outside.measure(8);
    expect(
      (await outside.ends()).map(({ architecture, sequence }) => [architecture, sequence]),
    ).toEqual(cells.slice(0, 10).map((cell, index) => [cell, index]));
  });

  it('has all it knows in the ledger when it is closed', async () => {
    outside.lab.bench.builder.refuse = () => true;
    await outside.answer(cells.slice(0, 3));
    await outside.lab.runner.close();
    expect(
      (await outside.lab.ledger.proposals.of(outside.searchId)).map(({ state }) => state),
    ).toEqual(['abandoned', 'abandoned', 'abandoned']);
  });

  it('takes no place for a call that could not be saved', async () => {
    const { proposals } = outside.lab.ledger;
    let isFull = true;
    const broken = createBench(outside.lab.ledger, {
      ...outside.lab.ledger,
      proposals: {
        ...proposals,
        save: (some) => (isFull ? Promise.reject(new Error('disk full')) : proposals.save(some)),
      },
    });
    const other = new SearchRunner(broken.parts);
    await expect(other.propose(outside.searchId, fastTarget, cells.slice(0, 3))).rejects.toThrow(
      'disk full',
    );
    isFull = false;
    expect(await other.propose(outside.searchId, fastTarget, cells.slice(5, 7))).toMatchObject({
      ok: true,
      value: [
        { architecture: cells[5], sequence: 0 },
        { architecture: cells[6], sequence: 1 },
      ],
    });
    await other.close();
  });
});
