import type { PastCandidate, SearchHistory } from '../../../coordinator/searches/search_history';
import { fastTarget, latencyOf } from './search_bench';
import { SearchLab } from './search_lab';

const specYaml = `# as given
name: Cells
space: nasbench201
strategy: { kind: random, seed: 3 }
targets: [${fastTarget}]
budget: { measurements: 40 }
confirm: { rounds: 0 }
concurrency: 6
`;

describe('the history of a search', () => {
  let lab: SearchLab;

  beforeEach(async () => {
    lab = await SearchLab.open();
  });

  afterEach(() => lab.close());

  async function read(
    searchId: string,
  ): Promise<{ history: SearchHistory; candidates: PastCandidate[] }> {
    const history = await lab.reader.history(searchId);
    const candidates: PastCandidate[] = [];
    for await (const candidate of history.candidates) candidates.push(candidate);
    return { history, candidates };
  }

  it('has every candidate with its choices, its end and its measurement, while the search runs', async () => {
    const { searchId } = await lab.runner.create(specYaml, 'spec.yaml');
    await lab.runner.settled();
    const [first, second, third] = lab.bench.engine.queue;
    await lab.bench.engine.measure(first!);
    await lab.bench.engine.refuse(second!);
    await lab.bench.engine.abandon(third!);
    await lab.runner.settled();
    const { history, candidates } = await read(searchId);
    expect(history.specYaml).toBe(specYaml);
    expect(history.hypervolumes.get(fastTarget)).toHaveLength(1);
    expect(history.devices.map(({ serial }) => serial)).toEqual(['phone-0', 'phone-1', 'phone-2']);
    expect(candidates.map(({ state }) => state.kind)).toEqual([
      'measured',
      'infeasible',
      'abandoned',
      ...Array<string>(6).fill('open'),
    ]);
    expect(candidates.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(candidates[0]).toMatchObject({
      jobId: first!.jobId,
      measurement: { latencyMs: latencyOf(first!.artifact.digest) },
    });
    expect(candidates[1]).toMatchObject({
      state: { fault: { message: 'no kernel' } },
      measurement: undefined,
    });
    for (const { architecture, choices, features } of candidates) {
      const cell = Array.from(architecture.matchAll(/(\w+)~\d/g), ([, operation]) => operation);
      expect(
        history.positions.map((position, index) => position.values[choices[index] ?? -1]),
      ).toEqual(cell);
      expect(features).toHaveLength(candidates[0]!.features.length);
    }
  });

  it('reads more than fits a page', async () => {
    const { searchId } = await lab.runner.create(
      specYaml
        .replace('measurements: 40', 'measurements: 210')
        .replace('concurrency: 6', 'concurrency: 210'),
      'spec.yaml',
    );
    await lab.runner.settled();
    const { candidates } = await read(searchId);
    expect(new Set(candidates.map(({ jobId }) => jobId)).size).toBe(210);
  });

  it('is refused for a search that there is not', async () => {
    await expect(lab.reader.history('nope')).rejects.toThrow('there is no search "nope"');
  });
});
