import { toldOf } from './space/samples';
import { formatTarget } from '../../../common/target';
import { BadInputError } from '../../../common/bad_input';
import { parseSearchSpec } from '../../../search/spec/search_spec';
import type { SearchView } from '../../../coordinator/searches/search_view';
import { fastTarget, latencyOf, slowTarget } from './search_bench';
import { SearchLab } from './search_lab';

function specYaml(more = ''): string {
  return `name: Cells
space: nasbench201
strategy: { kind: nsga2-async, seed: 3, populationSize: 4 }
targets: [${fastTarget}]
budget: { measurements: 12 }
confirm: { rounds: 0 }
${more}`;
}

describe('the search runner', () => {
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });

  afterEach(() => lab.close());

  async function create(yaml: string): Promise<SearchView> {
    const view = await lab.runner.create(yaml, 'spec.yaml');
    await lab.runner.settled();
    return view;
  }

  it('keeps two candidates on their way for each device, each in the ledger before it is submitted', async () => {
    const { searchId } = await create(specYaml(`priority: 5\nweight: 2\n`));
    expect(lab.bench.engine.queue).toHaveLength(4);
    const candidates = await lab.ledger.candidates.of(searchId);
    expect(lab.bench.engine.queue.map((job) => job.jobId)).toEqual(
      candidates.map((candidate) => candidate.jobId),
    );
    expect(lab.bench.engine.events[0]).toMatchObject({
      kind: 'job-submitted',
      owner: { ownerId: searchId, priority: 5, weight: 2 },
    });
    await lab.measure(3);
    expect(lab.bench.engine.queue).toHaveLength(4);
  });

  it('asks for each measurement with the latency at which the network would join the front', async () => {
    const { searchId } = await create(specYaml('fresh: true\n'));
    expect(lab.bench.engine.queue.map(({ plan }) => plan.decisionMs)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const { percentOf } = toldOf(parseSearchSpec(specYaml(), 'spec.yaml'), lab.bench.parts.catalog);
    while (lab.bench.engine.queue.length > 0) {
      await lab.measure(1);
      const submitted = lab.bench.engine.events.at(-1)!;
      if (submitted.kind !== 'job-submitted') break;
      const { architecture } = (await lab.ledger.candidates.of(searchId)).find(
        ({ jobId }) => jobId === submitted.job.jobId,
      )!;
      const [front] = await lab.reader.front(searchId);
      expect(submitted.job.plan.decisionMs).toBe(
        front!.points.find(({ accuracyPercent }) => accuracyPercent >= percentOf(architecture))
          ?.latencyMs,
      );
    }
    const plans = (await lab.ledger.jobs.find({ ownerId: searchId })).map(
      ({ job }) => job.plan.decisionMs,
    );
    expect(plans.filter((decisionMs) => decisionMs !== undefined).length).toBeGreaterThan(0);
  });

  it('finishes when the budget is measured, and shows the front with its measurements', async () => {
    const { searchId } = await create(specYaml());
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ target: fastTarget, budget: { measurements: 12 }, measured: 12, inFlight: 0 }],
    });
    expect(new Set(await lab.architectures(searchId)).size).toBe(12);
    const [front] = await lab.reader.front(searchId);
    expect(front!.hypervolumes).toHaveLength(12);
    for (const point of front!.points) {
      expect(point.latencyMs).toBe(latencyOf(point.artifactDigest));
      expect(point.latencyP95Ms).toBe(point.latencyMs);
    }
    const latencies = front!.points.map((point) => point.latencyMs);
    expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
    expect(lab.bench.engine.events.at(-1)).toMatchObject({
      kind: 'owner-ended',
      ownerId: searchId,
    });
  });

  it('searches all targets at once, with a front each', async () => {
    const { searchId } = await create(
      specYaml().replace(`[${fastTarget}]`, `[${fastTarget}, ${slowTarget}]`),
    );
    await lab.measure();
    const fronts = await lab.reader.front(searchId);
    expect(fronts.map((front) => front.target)).toEqual([fastTarget, slowTarget]);
    expect((await lab.reader.front(searchId, slowTarget)).map((front) => front.target)).toEqual([
      slowTarget,
    ]);
    const candidates = await lab.ledger.candidates.of(searchId);
    const first = (target: string): string[] =>
      candidates
        .filter((candidate) => candidate.target === target)
        .slice(0, 4)
        .map((candidate) => candidate.architecture);
    expect(first(fastTarget)).toEqual(first(slowTarget));
  });

  it('replaces what is infeasible or abandoned, which costs no budget', async () => {
    const { searchId } = await create(specYaml());
    await lab.bench.engine.refuse(lab.bench.engine.queue[0]!);
    await lab.bench.engine.abandon(lab.bench.engine.queue[0]!);
    await lab.runner.settled();
    await lab.measure();
    expect((await lab.reader.get(searchId)).targets[0]).toMatchObject({
      measured: 12,
      infeasible: 1,
      abandoned: 1,
    });
  });

  it('does not submit models beyond the limits on size and work', async () => {
    const { searchId } = await create(
      specYaml('constraints: { modelBytesMax: 1200, macsMax: 200 }\n'),
    );
    await lab.measure();
    const view = await lab.reader.get(searchId);
    expect(view.targets[0]).toMatchObject({ measured: 12 });
    expect(view.targets[0]!.infeasible).toBeGreaterThan(0);
    const submitted = lab.bench.engine.events.flatMap((event) =>
      event.kind === 'job-submitted' ? [event.job.artifact] : [],
    );
    expect(submitted).toHaveLength(12);
    for (const artifact of submitted) expect(artifact.sizeBytes).toBeLessThanOrEqual(1_200);
  });

  it('does not build architectures below the least accuracy', async () => {
    const { searchId } = await create(specYaml('constraints: { accuracyPercentMin: 80 }\n'));
    await lab.measure();
    const [front] = await lab.reader.front(searchId);
    expect(front!.points.length).toBeGreaterThan(0);
    const { percentOf } = toldOf(parseSearchSpec(specYaml(), 'spec.yaml'), lab.bench.parts.catalog);
    for (const architecture of lab.bench.builder.built)
      expect(percentOf(architecture)).toBeGreaterThanOrEqual(80);
  });

  it('proposes nothing while paused, and goes on when resumed', async () => {
    const { searchId } = await create(specYaml());
    const [running] = lab.bench.engine.queue;
    expect((await lab.runner.pause(searchId)).state).toBe('paused');
    expect(lab.bench.engine.queue).toEqual([]);
    await lab.bench.engine.measure(running!);
    expect((await lab.reader.get(searchId)).targets[0]).toMatchObject({ measured: 1, inFlight: 3 });
    expect((await lab.runner.resume(searchId)).state).toBe('running');
    await lab.runner.settled();
    expect(lab.bench.engine.queue).toHaveLength(4);
  });

  it('stops for good', async () => {
    const { searchId } = await create(specYaml());
    expect(await lab.runner.stop(searchId)).toMatchObject({
      state: 'stopped',
      targets: [{ inFlight: 0 }],
    });
    expect(lab.bench.engine.queue).toEqual([]);
    expect((await lab.runner.stop(searchId)).state).toBe('stopped');
    await expect(lab.runner.resume(searchId)).rejects.toThrow(
      `search ${searchId} is stopped and cannot be resumed`,
    );
    await lab.restart('killed');
    expect(lab.bench.engine.events).toEqual([]);
    expect((await lab.summaries.list()).map((view) => view.state)).toEqual(['stopped']);
  });

  it('pauses by itself when nothing can be built, and says why', async () => {
    lab.bench.builder.refuse = () => true;
    const { searchId } = await create(specYaml());
    expect(await lab.reader.get(searchId)).toMatchObject({
      state: 'paused',
      problem: expect.stringContaining('out of memory') as string,
    });
    lab.bench.builder.refuse = () => false;
    await lab.runner.resume(searchId);
    await lab.runner.settled();
    await lab.measure();
    expect(await lab.reader.get(searchId)).toMatchObject({ state: 'finished', problem: null });
  });

  it('gives the model of an architecture under any isomorphic name', async () => {
    const { searchId } = await create(specYaml());
    const [candidate] = await lab.ledger.candidates.of(searchId);
    const [job] = lab.bench.engine.queue;
    const exported = await lab.reader.exportModel(searchId, candidate!.architecture);
    expect(exported).toMatchObject({
      artifact: job!.artifact,
      architecture: candidate!.architecture,
      weights: 'drawn, seed 1',
    });
    expect(exported.accuracySource).toBe(
      'table nasbench201-cifar10-12epoch, validation split, float',
    );
    for (const digits of [8, 12, 64])
      expect(await lab.reader.exportModel(searchId, exported.hash.slice(0, digits))).toEqual(
        exported,
      );
    await expect(lab.reader.exportModel(searchId, 'ffffffff')).rejects.toThrow(
      /^search \S+ has no architecture with the hash ffffffff; take one of its front/,
    );
    await expect(lab.reader.exportModel(searchId, '000000')).rejects.toThrow(
      `search ${searchId} did not build 000000; take an architecture of its front`,
    );
    await expect(lab.reader.exportModel(searchId, 'nonsense')).rejects.toThrow(BadInputError);
  });

  it('asks for the target where targets have different files of an architecture', async () => {
    lab.bench.builder.fileOf = ({ architecture, target }) => `${architecture} on ${target.pool}`;
    const both = specYaml('front: { kind: joint }\n').replace(
      fastTarget,
      `${fastTarget}, ${slowTarget}`,
    );
    const { searchId } = await create(both);
    const { architecture } = (await lab.ledger.candidates.of(searchId))[0]!;
    await expect(lab.reader.exportModel(searchId, architecture)).rejects.toThrow(
      `measured different files of ${architecture}; name one of its targets: ${fastTarget}, ${slowTarget}`,
    );
    for (const target of [fastTarget, slowTarget])
      expect((await lab.reader.exportModel(searchId, architecture, target)).artifact).toEqual(
        lab.bench.engine.queue.find((job) => formatTarget(job.target) === target)?.artifact,
      );
    await expect(lab.reader.exportModel(searchId, architecture, 'a/b/c/d')).rejects.toThrow(
      'has no target a/b/c/d',
    );
  });

  it('tells watchers of every change', async () => {
    const seen: SearchView[] = [];
    const unwatch = lab.runner.watch((view) => seen.push(view));
    await create(specYaml());
    await lab.measure(1);
    expect(seen.some((view) => view.targets[0]?.measured === 1)).toBe(true);
    unwatch();
    const count = seen.length;
    await lab.measure(1);
    expect(seen).toHaveLength(count);
  });

  describe('answers a mistake with one line', () => {
    it.each([
      [
        'an unknown target',
        specYaml().replace('sm8550', 'sm8551'),
        'spec.yaml: field targets.0: no device has ever offered sm8551/onnxruntime/cpu/int8; choose one of sm8350/onnxruntime/cpu/int8, sm8550/onnxruntime/cpu/int8',
      ],
      [
        'a wrong field',
        specYaml('bugdet: 3\n'),
        'spec.yaml: top level: unknown field bugdet; the fields here are name, space, strategy, targets, front, accuracy, constraints, budget, plan, confirm, concurrency, priority, weight, teachers, fresh, model',
      ],
    ])('%s', async (_, yaml, message) => {
      await expect(lab.runner.create(yaml, 'spec.yaml')).rejects.toThrow(
        new BadInputError(message),
      );
      expect(await lab.ledger.searches.all()).toEqual([]);
    });

    it('an unknown search, and an unknown target of a known one', async () => {
      await expect(lab.reader.get('cells-0')).rejects.toThrow(
        'there is no search "cells-0" (see: farm search list)',
      );
      const { searchId } = await create(specYaml());
      await expect(lab.reader.front(searchId, slowTarget)).rejects.toThrow(
        `has no target ${slowTarget}; its targets are ${fastTarget}`,
      );
    });
  });
});
