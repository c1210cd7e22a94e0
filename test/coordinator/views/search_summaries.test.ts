import { candidateFault } from '../../../common/fault';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { SearchSummaries } from '../../../coordinator/views/search_summaries';
import type { SearchView } from '../../../coordinator/searches/search_view';
import { fastTarget } from '../searches/search_bench';
import { SearchLab } from '../searches/search_lab';

const spec = `name: Cells
space: nasbench201
strategy: { kind: nsga2-async, seed: 3, populationSize: 4 }
targets: [${fastTarget}]
budget: { measurements: 6 }
confirm: { rounds: 1 }
`;
const more = { extensionId: 'x', measurements: 2, phoneMinutes: 0, wallMinutes: 0 };

describe('what is shown of searches', () => {
  let lab: SearchLab;
  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  /** How often the documents of measurements are read from now on. */
  const countReads = (): (() => number) => {
    const reads = jest.spyOn(lab.ledger.measurements, 'of');
    return () => reads.mock.calls.length;
  };
  const finish = async (yaml = spec): Promise<SearchView> => {
    const searchId = await lab.create(yaml);
    await lab.measure();
    await lab.summaries.settled();
    return lab.summaries.get(searchId);
  };
  /** A reader whose searches cannot be computed: all must be there already. */
  const readerOnly = (ledger: Ledger = lab.ledger): SearchSummaries =>
    new SearchSummaries({
      records: ledger.summaries,
      summarize: () => Promise.reject(new Error('a search was loaded to be read')),
      logger: lab.bench.parts.logger,
      onFailure: (error) => {
        throw error;
      },
    });

  it('follows a search through its states, and each change is told', async () => {
    const states: string[] = [];
    lab.summaries.watch(({ state, targets }) =>
      states.push(`${state} ${String(targets[0]?.measured)}`),
    );
    const searchId = await lab.create(spec);
    await lab.measure(2);
    expect(await lab.summaries.get(searchId)).toMatchObject({
      state: 'running',
      frontModels: [],
      targets: [{ measured: 2 }],
    });
    await lab.runner.pause(searchId);
    expect(await lab.summaries.get(searchId)).toMatchObject({ state: 'paused', problem: null });
    expect(lab.summaries.underWay()).toHaveLength(1);
    await lab.runner.stop(searchId);
    expect(await lab.summaries.get(searchId)).toMatchObject({
      state: 'stopped',
      targets: [{ inFlight: 0, measured: 2 }],
    });
    expect(lab.summaries.underWay()).toEqual([]);
    expect([...new Set(states)]).toEqual([
      'running 0',
      'running 1',
      'running 2',
      'paused 2',
      'stopped 2',
    ]);
  });

  it('says of a search under way right after a restart what it said before', async () => {
    const searchId = await lab.create(spec);
    await lab.measure(2);
    await lab.runner.pause(searchId);
    const before = await lab.summaries.get(searchId);
    await lab.restart('killed');
    expect(lab.summaries.underWay()).toEqual([before]);
  });

  it('keeps what it said at the end of a search, and no measurement is read for it again', async () => {
    const said = await finish();
    expect(said).toMatchObject({ state: 'finished', targets: [{ measured: 6 }] });
    await lab.restart();
    const reads = countReads();
    expect(await readerOnly().list()).toEqual([said]);
    expect(await readerOnly().get(said.searchId)).toEqual(said);
    expect(reads()).toBe(0);
  });

  it('says the hypervolume that the front says, and the one of before its confirmation', async () => {
    const [target] = (await finish()).targets;
    const [front] = await lab.reader.front((await lab.summaries.list())[0]!.searchId);
    expect(target).toMatchObject({
      frontHypervolume: front!.hypervolume,
      hypervolume: front!.hypervolumes.at(-1),
      frontSize: front!.points.length,
    });
    expect(target!.frontHypervolume).toBeGreaterThan(0);
  });

  it('names the models on the front of a search that has ended', async () => {
    const { searchId, frontModels } = await finish();
    const [front] = await lab.reader.front(searchId);
    const onFront = front!.points.map(({ artifactDigest }) => artifactDigest);
    expect([...frontModels].sort()).toEqual([...new Set(onFront)].sort());
  });

  it('computes what is missing when the process died between the end of a search and its summary', async () => {
    const save = jest
      .spyOn(lab.ledger.summaries, 'save')
      .mockImplementation(() => new Promise(() => undefined));
    const searchId = await lab.create(spec);
    await lab.measure();
    const said = await lab.summaries.get(searchId);
    expect((await lab.ledger.summaries.find(searchId))?.summary).toBeNull();
    save.mockRestore();
    await lab.restart('killed');
    expect(await lab.summaries.complete()).toBe(1);
    expect(await readerOnly().list()).toEqual([said]);
    expect(await lab.summaries.complete()).toBe(0);
  });

  it('counts a job that ended when its search had just been stopped', async () => {
    const searchId = await lab.create(spec);
    await lab.measure(2);
    const [late] = await lab.ledger.jobs.find({ ownerId: searchId, open: true });
    await lab.runner.stop(searchId);
    await lab.summaries.settled();
    expect(await readerOnly().get(searchId)).toMatchObject({ targets: [{ infeasible: 0 }] });
    const fault = candidateFault('unsupported-operator', 'no such kernel');
    await lab.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: late!.job.jobId,
        state: { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault },
        atMs: 1,
      },
    ]);
    await expect(readerOnly().get(searchId)).rejects.toThrow('a search was loaded');
    expect(await lab.summaries.get(searchId)).toMatchObject({
      state: 'stopped',
      targets: [{ measured: 2, infeasible: 1 }],
    });
    expect(await readerOnly().get(searchId)).toMatchObject({ targets: [{ infeasible: 1 }] });
  });

  it('does not show the first end of a search that went on and ended anew as the process died', async () => {
    const { searchId } = await finish();
    const save = jest
      .spyOn(lab.ledger.summaries, 'save')
      .mockImplementation(() => new Promise(() => undefined));
    await lab.runner.extend(searchId, more);
    await lab.runner.settled();
    lab.bench.clock.moveTo(lab.bench.clock.nowMs() + 1_000);
    await lab.measure();
    save.mockRestore();
    await lab.restart('killed');
    await expect(readerOnly().get(searchId)).rejects.toThrow('a search was loaded');
    expect(await lab.summaries.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 8, budget: { measurements: 8 } }],
    });
    expect(await readerOnly().get(searchId)).toMatchObject({ targets: [{ measured: 8 }] });
  });

  it.each([
    ['of another version', { version: 0, json: '{}', lastEnd: 1 }],
    ['that is no JSON', { version: 1, json: '{', lastEnd: 1 }],
    [
      'that says something else than a summary',
      { version: 1, json: '{"state":"finished"}', lastEnd: 1 },
    ],
  ])('computes anew a summary %s', async (_, damaged) => {
    const said = await finish();
    await lab.ledger.summaries.save(said.searchId, damaged);
    await lab.restart();
    const reads = countReads();
    expect(await Promise.all([lab.summaries.list(), lab.summaries.list()])).toEqual([
      [said],
      [said],
    ]);
    expect(reads()).toBeGreaterThan(0);
    const before = reads();
    expect(await lab.summaries.list()).toEqual([said]);
    expect(reads()).toBe(before);
  });

  it('leaves out a search that this version cannot read, and says of it what is wrong when asked', async () => {
    const said = await finish();
    await lab.ledger.searches.save({
      searchId: 'old',
      name: 'old',
      state: 'finished',
      specYaml: 'space: forgotten',
      createdAtMs: 1,
      wall: { ranMs: 0, runningSinceMs: null },
    });
    expect(await lab.summaries.list()).toEqual([said]);
    await expect(lab.summaries.get('old')).rejects.toThrow('search old');
    await expect(lab.summaries.get('none')).rejects.toThrow('there is no search "none"');
  });

  it('lists a thousand searches of the past by one look into the ledger', async () => {
    const said = await finish();
    const record = (await lab.ledger.searches.find(said.searchId))!;
    for (let index = 0; index < 1_000; index += 1) {
      const searchId = `past-${String(index).padStart(4, '0')}`;
      await lab.ledger.searches.save({ ...record, searchId, createdAtMs: 2_000 + index });
      await lab.ledger.summaries.save(searchId, {
        version: 1,
        json: JSON.stringify({ ...said, searchId }),
        lastEnd: null,
      });
    }
    const reads = countReads();
    const looks = jest.spyOn(lab.ledger.summaries, 'all');
    const listed = await readerOnly().list();
    expect(listed.map(({ searchId }) => searchId).slice(0, 3)).toEqual([
      said.searchId,
      'past-0000',
      'past-0001',
    ]);
    expect(listed).toHaveLength(1_001);
    expect([looks.mock.calls.length, reads()]).toEqual([1, 0]);
  });

  it('ends the program when a summary cannot be written', async () => {
    jest.spyOn(lab.ledger.summaries, 'save').mockRejectedValue(new Error('disk full'));
    const searchId = await lab.create(spec);
    await lab.measure();
    await lab.summaries.settled();
    expect(lab.bench.failures.splice(0).map(({ message }) => message)).toEqual(['disk full']);
    expect(await lab.summaries.get(searchId)).toMatchObject({ state: 'finished' });
  });
});

describe('a search that has ended', () => {
  let lab: SearchLab;
  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  it('leaves the memory, and is read again by whoever asks for its front, its models or to go on', async () => {
    const searchId = await lab.create(spec);
    await lab.measure();
    const reads = jest.spyOn(lab.ledger.candidates, 'of');
    const front = await lab.reader.front(searchId);
    expect(reads).toHaveBeenCalledTimes(1);
    expect(await lab.reader.front(searchId)).toEqual(front);
    expect(reads).toHaveBeenCalledTimes(2);
    const { architecture, artifactDigest } = front[0]!.points[0]!;
    expect((await lab.reader.exportModel(searchId, architecture)).artifact.digest).toBe(
      artifactDigest,
    );
    expect(await lab.runner.extend(searchId, more)).toMatchObject({ state: 'running' });
    await lab.runner.settled();
    reads.mockClear();
    await lab.reader.front(searchId);
    expect(reads).not.toHaveBeenCalled();
    await lab.measure();
    expect(await lab.summaries.get(searchId)).toMatchObject({
      state: 'finished',
      targets: [{ measured: 8 }],
    });
  });

  it('is read once for all who ask at the same time', async () => {
    const searchId = await lab.create(spec);
    await lab.measure();
    const reads = jest.spyOn(lab.ledger.candidates, 'of');
    const [first, second] = await Promise.all([
      lab.reader.front(searchId),
      lab.reader.front(searchId),
    ]);
    expect(first).toEqual(second);
    expect(reads).toHaveBeenCalledTimes(1);
  });
});
