import { BadInputError } from '../../../common/bad_input';
import { parseSearchSpec } from '../../../search/spec/search_spec';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import type { StrategistTask } from '../../../coordinator/searches/strategist/strategist';
import { loadPast } from '../../../coordinator/searches/teaching';
import { createBench, fastTarget, latencyOf, paperModel, slowTarget } from './search_bench';
import { SearchLab } from './search_lab';
import { accuracyFor } from './space/samples';

const spec = (targets: string, more = ''): string =>
  `name: cells\nspace: nasbench201\nstrategy: { kind: random, seed: 3 }\ntargets: [${targets}]\nbudget: { measurements: 12 }\nfresh: true\nconfirm: { rounds: 0 }\n${more}`;

describe('teaching', () => {
  let lab: SearchLab;
  const opened: StrategistTask[] = [];

  beforeEach(async () => {
    lab = await SearchLab.open();
    const { parts } = lab.bench;
    opened.length = 0;
    const openStrategist = (task: StrategistTask): ReturnType<typeof parts.openStrategist> => {
      opened.push(task);
      return parts.openStrategist(task);
    };
    lab.runner = new SearchRunner({ ...parts, openStrategist });
  });
  afterEach(() => lab.close());

  async function teacher(targets = fastTarget, count = Infinity): Promise<string> {
    const { searchId } = await lab.runner.create(spec(targets), 'spec.yaml');
    await lab.runner.settled();
    await lab.measure(count);
    return searchId;
  }

  it('onboards a new target: the same search, with a surrogate that knows what was measured', async () => {
    const searchId = await teacher();
    const view = await lab.runner.onboard({
      searchIds: [searchId],
      target: slowTarget,
      measurements: 5,
    });
    expect(view).toMatchObject({
      strategy: 'surrogate',
      seed: 3,
      targets: [{ target: slowTarget, budget: { measurements: 5 } }],
    });
    await lab.runner.settled();
    const [past] = opened.at(-1)!.past;
    expect(past!.target).toBe(fastTarget);
    expect(past!.measured).toHaveLength(12);
    for (const { architecture, latencyMs } of past!.measured)
      expect(latencyMs).toBe(latencyOf(paperModel(architecture).artifact.digest));
    await lab.measure();
    expect(await lab.reader.get(view.searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 5 }],
    });
  });

  it('has a past for each target of each teacher, in the order in which it was measured', async () => {
    const both = await teacher(`${fastTarget}, ${slowTarget}`);
    const one = await teacher(fastTarget);
    const taught = parseSearchSpec(spec(slowTarget, `teachers: [${both}, ${one}]`), 'spec');
    expect(
      (await loadPast(taught, lab.ledger)).map(({ target, measured }) => [target, measured.length]),
    ).toEqual([
      [fastTarget, 12],
      [slowTarget, 12],
      [fastTarget, 12],
    ]);
  });

  it('does not count what confirmed a front of the teacher', async () => {
    const confirming = spec(
      `${fastTarget}, { target: ${slowTarget}, budget: { measurements: 30 } }`,
    ).replace('rounds: 0', 'rounds: 2');
    const { searchId } = await lab.runner.create(confirming, 'spec.yaml');
    await lab.runner.settled();
    await lab.measure();
    const past = await loadPast(
      parseSearchSpec(
        spec(slowTarget, `teachers: [{ search: ${searchId}, measured: 40 }]`),
        'spec',
      ),
      lab.ledger,
    );
    expect(past.map(({ measured }) => measured.length)).toEqual([12, 28]);
  });

  it('is not changed by what the teacher measures later, in this life or the next', async () => {
    const searchId = await teacher(fastTarget, 4);
    const view = await lab.runner.onboard({
      searchIds: [searchId],
      target: slowTarget,
      measurements: 5,
    });
    await lab.runner.pause(view.searchId);
    await lab.measure();
    await lab.runner.close();
    const again = createBench(lab.ledger);
    const past: StrategistTask['past'][] = [];
    const next = new SearchRunner({
      ...again.parts,
      openStrategist: (task) => {
        past.push(task.past);
        return again.parts.openStrategist(task);
      },
    });
    await next.resumeAll();
    expect(past).toEqual([[{ target: fastTarget, measured: opened.at(-1)!.past[0]!.measured }]]);
    expect(past[0]![0]!.measured).toHaveLength(4);
    await next.close();
  });

  it.each([
    [
      'no search to learn from',
      [],
      'onboarding sm8350/onnxruntime/cpu/int8: expected the id of at least one search to learn from (see: farm search list)',
    ],
    [
      'an unknown search',
      ['cells-0'],
      'onboarding sm8350/onnxruntime/cpu/int8: there is no search "cells-0" (see: farm search list)',
    ],
  ])('refuses %s', async (_, searchIds, message) => {
    await expect(
      lab.runner.onboard({ searchIds, target: slowTarget, measurements: 5 }),
    ).rejects.toThrow(new BadInputError(message));
  });

  it('refuses teachers that are unknown, or have measured nothing, before anything is begun', async () => {
    await expect(
      lab.runner.create(spec(slowTarget, 'teachers: [gone-1]'), 'spec.yaml'),
    ).rejects.toThrow(
      new BadInputError(
        'spec.yaml: field teachers.0: there is no search "gone-1" (see: farm search list)',
      ),
    );
    const idle = await teacher(fastTarget, 0);
    await expect(
      lab.runner.create(spec(slowTarget, `teachers: [${idle}]`), 'spec.yaml'),
    ).rejects.toThrow(
      `spec.yaml: field teachers.0: search ${idle} has measured nothing yet; wait for it, or leave it out`,
    );
    await expect(
      lab.runner.onboard({
        searchIds: [idle],
        target: 'sm1/onnxruntime/cpu/int8',
        measurements: 5,
      }),
    ).rejects.toThrow('no device has ever offered sm1/onnxruntime/cpu/int8');
    expect(await lab.ledger.searches.all()).toHaveLength(1);
  });

  it('refuses teachers that searched another space', async () => {
    const searchId = await teacher();
    const yaml = JSON.stringify({
      name: 'blocks',
      space: 'demo-small',
      targets: [slowTarget],
      budget: { measurements: 9 },
      accuracy: accuracyFor('demo-small'),
      teachers: [searchId],
    });
    await expect(lab.runner.create(yaml, 'spec.yaml')).rejects.toThrow(
      new BadInputError(
        `spec.yaml: field teachers.0: search ${searchId} is over nasbench201, and this one over demo-small; only a search over the same space can teach it`,
      ),
    );
  });
});
