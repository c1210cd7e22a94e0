import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import type { PastCandidate, SearchHistory } from '../../../coordinator/searches/search_history';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import { createBench, fastTarget, latencyOf, registerPhones, type SearchBench } from './search_bench';

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
  let directory: string;
  let ledger: Ledger;
  let bench: SearchBench;
  let runner: SearchRunner;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'history-'));
    ledger = await openLedger(join(directory, 'ledger.sqlite'));
    await registerPhones(ledger);
    bench = createBench(ledger);
    runner = new SearchRunner(bench.parts);
  });

  afterEach(async () => {
    await runner.close();
    expect(bench.failures).toEqual([]);
    await ledger.close();
    rmSync(directory, { recursive: true });
  });

  async function read(searchId: string): Promise<{ history: SearchHistory; candidates: PastCandidate[] }> {
    const history = await runner.history(searchId);
    const candidates: PastCandidate[] = [];
    for await (const candidate of history.candidates) candidates.push(candidate);
    return { history, candidates };
  }

  it('has every candidate with its choices, its end and its measurement, while the search runs', async () => {
    const { searchId } = await runner.create(specYaml, 'spec.yaml');
    await runner.settled();
    const [first, second, third] = bench.engine.queue;
    await bench.engine.measure(first!);
    await bench.engine.refuse(second!);
    await bench.engine.abandon(third!);
    await runner.settled();
    const { history, candidates } = await read(searchId);
    expect(history.specYaml).toBe(specYaml);
    expect(history.hypervolumes.get(fastTarget)).toHaveLength(1);
    expect(history.devices.map(({ serial }) => serial)).toEqual(['phone-0', 'phone-1', 'phone-2']);
    expect(candidates.map(({ state }) => state.kind)).toEqual(['measured', 'infeasible', 'abandoned', ...Array<string>(6).fill('open')]);
    expect(candidates.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(candidates[0]).toMatchObject({ jobId: first!.jobId, measurement: { latencyMs: latencyOf(first!.artifact.digest) } });
    expect(candidates[1]).toMatchObject({ state: { fault: { message: 'no kernel' } }, measurement: undefined });
    for (const { architecture, choices, features } of candidates) {
      const cell = Array.from(architecture.matchAll(/(\w+)~\d/g), ([, operation]) => operation);
      expect(history.positions.map((position, index) => position.choices[choices[index] ?? -1])).toEqual(cell);
      expect(features).toHaveLength(candidates[0]!.features.length);
    }
  });

  it('reads more than fits a page', async () => {
    const { searchId } = await runner.create(specYaml.replace('measurements: 40', 'measurements: 210').replace('concurrency: 6', 'concurrency: 210'), 'spec.yaml');
    await runner.settled();
    const { candidates } = await read(searchId);
    expect(new Set(candidates.map(({ jobId }) => jobId)).size).toBe(210);
  });

  it('is refused for a search that there is not', async () => {
    await expect(runner.history('nope')).rejects.toThrow('there is no search "nope"');
  });
});
