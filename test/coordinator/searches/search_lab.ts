import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import { openLedger } from '../../../coordinator/ledger/open_ledger';
import { SearchReader } from '../../../coordinator/searches/search_reader';
import { SearchRunner } from '../../../coordinator/searches/search_runner';
import { SearchSummaries } from '../../../coordinator/views/search_summaries';
import { createBench, registerPhones, type SearchBench } from './search_bench';

/** For one test: a ledger in a folder of its own, registered phones, and the searches of one process after the other. */
export class SearchLab {
  readonly #folder: string;
  readonly ledger: Ledger;
  bench: SearchBench;
  runner: SearchRunner;
  reader: SearchReader;
  summaries: SearchSummaries;

  private constructor(folder: string, ledger: Ledger) {
    this.#folder = folder;
    this.ledger = ledger;
    this.bench = createBench(ledger);
    this.runner = new SearchRunner(this.bench.parts);
    this.reader = new SearchReader(this.bench.parts, this.runner);
    this.summaries = this.#summarize();
  }

  static async open(): Promise<SearchLab> {
    const folder = mkdtempSync(join(tmpdir(), 'searches-'));
    const ledger = await openLedger(join(folder, 'ledger.sqlite'));
    await registerPhones(ledger);
    return new SearchLab(folder, ledger);
  }

  /** A new process on the same ledger, at the same moment; the old one closes, or is just gone. */
  async restart(end: 'closed' | 'killed' = 'closed'): Promise<void> {
    const nowMs = this.bench.clock.nowMs();
    if (end === 'closed') {
      await this.runner.close();
      await this.summaries.close();
    }
    this.bench = createBench(this.ledger);
    this.bench.clock.moveTo(nowMs);
    this.runner = new SearchRunner(this.bench.parts);
    this.reader = new SearchReader(this.bench.parts, this.runner);
    this.summaries = this.#summarize();
    await this.runner.resumeAll();
    await this.runner.settled();
  }

  #summarize(): SearchSummaries {
    const { runner } = this;
    const { logger, onFailure } = this.bench.parts;
    const summaries = new SearchSummaries({
      records: this.ledger.summaries,
      summarize: (searchId) => this.reader.get(searchId),
      logger,
      onFailure,
    });
    runner.watch((summary) => summaries.heard(summary));
    return summaries;
  }

  async create(yaml: string): Promise<string> {
    const { searchId } = await this.runner.create(yaml, 'spec.yaml');
    await this.runner.settled();
    return searchId;
  }

  /** Measures what comes first, until nothing is left or `count` are done. */
  async measure(count = Infinity): Promise<void> {
    for (let done = 0; done < count && this.bench.engine.queue[0] !== undefined; done += 1) {
      await this.bench.engine.measure(this.bench.engine.queue[0]);
      await this.runner.settled();
    }
  }

  async architectures(searchId: string): Promise<readonly string[]> {
    return (await this.ledger.candidates.of(searchId)).map(({ architecture }) => architecture);
  }

  async close(): Promise<void> {
    await this.runner.close();
    await this.summaries.close();
    expect(this.bench.failures).toEqual([]);
    await this.ledger.close();
    rmSync(this.#folder, { recursive: true });
  }
}
