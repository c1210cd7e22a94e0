import { randomBytes } from 'node:crypto';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { Result } from '../../common/result';
import type { StudyEvent } from '../../search/study/event';
import type {
  RequestAnswer,
  Request,
  SearchExtension,
  SearchState,
} from '../../search/study/request';
import type { Study } from '../../search/study/state';
import type { SearchRecord } from '../ledger/search_records';
import { withPredictorOfNow } from './predicting';
import { requireKnownTargets } from './known_targets';
import { openSearch } from './open_search';
import { OutsideProposals, type Proposed, type Rejection } from './outside/outside_proposals';
import type { SearchParts } from './search_parts';
import type { SearchView } from './search_view';
import { replayEvents } from './study_memory';
import { StudyRunner } from './study_runner';
import { searchView } from './study_view';
import { loadPast, onboardingYaml, withTeachersOfNow, type Onboarding } from './teaching';

/** Each keeps candidates on their way on all its targets; far more than a shelf can serve. */
const mostActiveSearches = 100;

type ChangeListener = (view: SearchView) => void;

/** The searches that run in this coordinator. A user's mistake is a FarmError; every change is in the ledger before it is answered. */
export class SearchRunner {
  readonly #parts: SearchParts;
  /** Loaded to run, until they are over. */
  readonly #active = new Map<string, Promise<StudyRunner>>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #outside: OutsideProposals;

  constructor(parts: SearchParts) {
    this.#parts = parts;
    this.#outside = new OutsideProposals(parts);
  }

  /** Takes up all searches that had not ended when the coordinator did. Call once, before anything else. */
  async resumeAll(): Promise<void> {
    for (const record of await this.#parts.ledger.searches.all()) {
      if (record.state === 'running' || record.state === 'paused') await this.#takeUp(record);
    }
  }

  /** Before the builder and the ledger are closed. The searches go on in the next process. */
  async close(): Promise<void> {
    for (const runner of this.#active.values()) await (await runner).close();
    this.#active.clear();
  }

  /** `source` names the YAML in errors. @throws BadInputError */
  async create(specYaml: string, source: string): Promise<SearchView> {
    const predicted = await withPredictorOfNow(specYaml, source, this.#parts);
    const spec = await this.#parts.specs.read(predicted, source);
    await requireKnownTargets(spec, source, this.#parts.ledger);
    await this.#parts.specs.requirePossible(spec, source);
    this.#requireRoom();
    const taught = await withTeachersOfNow(predicted, source, this.#parts);
    const nowMs = this.#parts.clock.nowMs();
    const record: SearchRecord = {
      searchId: newSearchId(spec.name),
      name: spec.name,
      state: 'running',
      specYaml: taught,
      createdAtMs: nowMs,
      wall: { ranMs: 0, runningSinceMs: nowMs },
    };
    const runner = await this.#open(record);
    await this.#parts.ledger.searches.save(record);
    this.#active.set(record.searchId, Promise.resolve(runner));
    await runner.start(nothingToReplay());
    return searchView(runner.study);
  }

  /** A search for a new target that learns from earlier ones: as the first of them, but for the target and the budget. @throws BadInputError */
  async onboard(onboarding: Onboarding): Promise<SearchView> {
    const source = `onboarding ${onboarding.target}`;
    return this.create(await onboardingYaml(onboarding, source, this.#parts), source);
  }

  async pause(searchId: string): Promise<SearchView> {
    const { study } = await this.#request(searchId, { kind: 'pause', problem: null });
    return requireState(searchView(study), ['paused'], 'paused');
  }

  async resume(searchId: string): Promise<SearchView> {
    const { study } = await this.#request(searchId, { kind: 'resume' });
    return requireState(searchView(study), ['running', 'finished'], 'resumed');
  }

  /** Adds to the budget of each target; a finished search goes on. The same extension twice is one. @throws BadInputError */
  async extend(searchId: string, extension: SearchExtension): Promise<SearchView> {
    if (!this.#active.has(searchId)) {
      const { state } = await this.#recordOf(searchId);
      if (state === 'finished') this.#requireRoom();
    }
    const { study, answer } = await this.#request(searchId, { kind: 'extend', extension });
    if (answer.kind === 'refused') throw new BadInputError(answer.message);
    return requireState(searchView(study), ['running', 'paused', 'finished'], 'extended');
  }

  /** For good. Repeating it changes nothing. */
  async stop(searchId: string): Promise<SearchView> {
    const { study } = await this.#request(searchId, { kind: 'stop' });
    return requireState(searchView(study), ['stopped'], 'stopped');
  }

  /** Takes what an outside searcher proposes. @throws BadInputError for what it may not propose */
  async propose(
    searchId: string,
    target: string,
    architectures: readonly string[],
  ): Promise<Result<readonly Proposed[], Rejection>> {
    const runner = await this.#loaded(searchId);
    await runner.started;
    return this.#outside.propose({ target, architectures }, runner.study, async (request) =>
      this.#request(searchId, request),
    );
  }

  /** Called with a search's view after each change of it; the returned function ends that. The listener must not throw. */
  watch(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The search as it is now; undefined where it does not run here. */
  async running(searchId: string): Promise<Study | undefined> {
    const runner = await this.#active.get(searchId);
    await runner?.started;
    return runner?.study;
  }

  /** Resolves when what the search has heard of is in the ledger. */
  async written(searchId: string): Promise<void> {
    await (await this.#active.get(searchId))?.written();
  }

  /** The fleet has changed: more devices take more candidates. */
  fleetChanged(): void {
    for (const runner of this.#active.values())
      void runner.then((each) => each.feed({ kind: 'woken' }));
  }

  /** Resolves when nothing is being built or saved. */
  async settled(): Promise<void> {
    for (const runner of [...this.#active.values()]) await (await runner).settled();
  }

  #requireRoom(): void {
    if (this.#active.size >= mostActiveSearches)
      throw new FarmError(
        'exhausted',
        `${mostActiveSearches} searches are running or paused, the most there can be; stop one first (see: farm search list)`,
      );
  }

  /** Serves one request, of a search that runs or is loaded for it. */
  async #request(
    searchId: string,
    request: Request,
  ): Promise<{ readonly study: Study; readonly answer: RequestAnswer }> {
    for (;;) {
      const runner = await this.#loaded(searchId);
      // It may have ended just now; then it is loaded anew.
      if (runner.isClosed) continue;
      const answer = await runner.request(request);
      return { study: runner.study, answer };
    }
  }

  /** What is over leaves memory, and is loaded for each request. Whoever asks for it meanwhile waits for the same. */
  #loaded(searchId: string): Promise<StudyRunner> {
    const known = this.#active.get(searchId);
    if (known !== undefined) return known;
    const loading = this.#load(searchId).catch((error: unknown) => {
      this.#active.delete(searchId);
      throw error;
    });
    this.#active.set(searchId, loading);
    return loading;
  }

  async #load(searchId: string): Promise<StudyRunner> {
    const record = await this.#recordOf(searchId);
    const runner = await this.#open(record);
    // A failure of the ledger is told by the runner itself.
    runner.start(replayEvents(record, this.#parts.ledger)).catch(() => undefined);
    return runner;
  }

  async #recordOf(searchId: string): Promise<SearchRecord> {
    const record = await this.#parts.ledger.searches.find(searchId);
    if (record === undefined)
      throw new FarmError('not-found', `there is no search "${searchId}" (see: farm search list)`);
    return record;
  }

  /** One whose specification this version no longer takes must not keep the others from running. */
  async #takeUp({ searchId }: SearchRecord): Promise<void> {
    try {
      await (
        await this.#loaded(searchId)
      ).started;
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      this.#parts.logger.error({ searchId, problem: error.message }, 'a search cannot be taken up');
    }
  }

  async #open(record: SearchRecord): Promise<StudyRunner> {
    const study = await openSearch(record, this.#parts);
    const { spec } = study.settings;
    const strategist =
      spec.strategy.kind === 'external'
        ? null
        : this.#parts.openStrategist({ spec, past: await loadPast(spec, this.#parts.ledger) });
    const runner: StudyRunner = new StudyRunner({
      ...{ study, strategist, parts: this.#parts },
      onChange: (changed) => this.#tell(changed),
      onEnd: () => void this.#active.delete(record.searchId),
    });
    return runner;
  }

  #tell(study: Study): void {
    const view = searchView(study);
    for (const listener of this.#listeners) listener(view);
  }
}

async function* nothingToReplay(): AsyncGenerator<StudyEvent> {
  yield await Promise.resolve({ kind: 'replay-ended' } as const);
}

function newSearchId(name: string): string {
  return `${name.toLowerCase()}-${randomBytes(4).toString('hex')}`;
}

function requireState(
  view: SearchView,
  expected: readonly SearchState[],
  verb: string,
): SearchView {
  if (!expected.includes(view.state))
    throw new FarmError(
      'conflict',
      `search ${view.searchId} is ${view.state} and cannot be ${verb}`,
    );
  return view;
}
