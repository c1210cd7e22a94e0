import { randomBytes } from 'node:crypto';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { Result } from '../../common/result';
import { formatTarget } from '../../common/target';
import { isHashName } from '../../model/space/hash_name';
import type { SearchExtension, SearchRecord } from '../ledger/search_records';
import type { SearchSpec } from '../../search/spec';
import type { ExportedModel } from './exported_model';
import { EndReader, type EndView } from './outside/end_reader';
import { OutsideSearch, type Proposed, type Refusal } from './outside/outside_search';
import { RunningSearch } from './running_search';
import { readHistory, type SearchHistory } from './search_history';
import type { SearchParts } from './search_parts';
import type { FleetFrontView, FrontView, SearchView } from './search_view';
import { loadPast, onboardingYaml, withTeachersOfNow, type Onboarding } from './teaching';

/** Each keeps candidates on their way on all its targets; far more than a shelf can serve. */
const mostActiveSearches = 100;

type SearchListener = (view: SearchView) => void;

/** All searches of the coordinator. A user's mistake is a FarmError; every change is in the ledger before it is answered. */
export class SearchRunner {
  readonly #parts: SearchParts;
  /** Those under way, and those that have ended while somebody uses them. */
  readonly #searches = new Map<string, Promise<RunningSearch>>();
  /** How many calls use each search now. */
  readonly #uses = new Map<string, number>();
  readonly #outside = new Map<string, OutsideSearch>();
  readonly #endReaders = new Map<string, EndReader>();
  readonly #active = new Set<RunningSearch>();
  readonly #listeners = new Set<SearchListener>();

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Takes up all searches that had not ended when the coordinator did. Call once, before anything else. */
  async resumeAll(): Promise<void> {
    for (const record of await this.#parts.ledger.searches.all()) {
      if (record.state === 'running' || record.state === 'paused') await this.#loadUsable(record);
    }
  }

  /** Before the builder and the ledger are closed. The searches go on in the next process. */
  async close(): Promise<void> {
    await Promise.all([...this.#active].map((search) => search.close()));
    await Promise.all([...this.#outside.values()].map((outside) => outside.settled()));
  }

  /** `source` names the YAML in errors. @throws BadInputError */
  async create(specYaml: string, source: string): Promise<SearchView> {
    const spec = await this.#parts.specs.read(specYaml, source);
    await this.#checkTargets(spec, source);
    await this.#parts.specs.requirePossible(spec, source);
    this.#requireRoom();
    const taught = await withTeachersOfNow(specYaml, source, this.#parts);
    const nowMs = this.#parts.clock.nowMs();
    const record: SearchRecord = {
      searchId: newSearchId(spec.name),
      name: spec.name,
      state: 'running',
      specYaml: taught,
      createdAtMs: nowMs,
      wall: { ranMs: 0, runningSinceMs: nowMs },
    };
    const search = await this.#open(record);
    await this.#parts.ledger.searches.save(record);
    this.#searches.set(record.searchId, Promise.resolve(search));
    this.#active.add(search);
    search.fill();
    this.#tell(search);
    return search.view();
  }

  /** A search for a new target that learns from earlier ones: as the first of them, but for the target and the budget. @throws BadInputError */
  async onboard(onboarding: Onboarding): Promise<SearchView> {
    const source = `onboarding ${onboarding.target}`;
    return this.create(await onboardingYaml(onboarding, source, this.#parts), source);
  }

  async pause(searchId: string): Promise<SearchView> {
    return this.#using(searchId, async (search) => {
      if (search.state === 'running') await search.pause();
      return requireState(search, 'paused', 'paused');
    });
  }

  async resume(searchId: string): Promise<SearchView> {
    return this.#using(searchId, async (search) => {
      if (search.state === 'paused') await search.resume();
      return search.state === 'finished'
        ? search.view()
        : requireState(search, 'running', 'resumed');
    });
  }

  /** Adds to the budget of each target; a finished search goes on. @throws BadInputError */
  async extend(searchId: string, extension: SearchExtension): Promise<SearchView> {
    return this.#using(searchId, async (search) => {
      if (search.state === 'stopped') requireState(search, 'running', 'extended');
      if (search.state === 'finished') this.#requireRoom();
      await search.extend(extension);
      if (search.state === 'running') this.#active.add(search);
      return search.view();
    });
  }

  /** For good. Repeating it changes nothing. */
  async stop(searchId: string): Promise<SearchView> {
    return this.#using(searchId, async (search) => {
      if (search.state === 'running' || search.state === 'paused') await search.stop();
      return requireState(search, 'stopped', 'stopped');
    });
  }

  /** Computed from all that the ledger has of a search, unless it is under way: who only reads asks coordinator/views/. @throws BadInputError */
  async get(searchId: string): Promise<SearchView> {
    return this.#using(searchId, (search) => search.view());
  }

  /** Called with a search's view after each change of it; the returned function ends that. The listener must not throw. */
  watch(listener: SearchListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws FarmError for a target that the search does not have */
  async front(searchId: string, target?: string): Promise<readonly FrontView[]> {
    return this.#using(searchId, (search) => {
      if (target !== undefined) requireTarget(search.targetNames, searchId, target);
      return search.fronts(target);
    });
  }

  /** @throws FarmError for a search whose targets have fronts of their own only */
  async fleetFront(searchId: string): Promise<FleetFrontView> {
    const front = await this.#using(searchId, (search) => search.fleetFront());
    if (front === undefined)
      throw new FarmError(
        'conflict',
        `search ${searchId} has a front for each target and none over all; see: farm search front ${searchId}`,
      );
    return front;
  }

  /** All that a search tried so far. @throws BadInputError */
  async history(searchId: string): Promise<SearchHistory> {
    const fronts = await this.front(searchId);
    return readHistory(await this.#recordOf(searchId), fronts, this.#parts);
  }

  /** Takes what an outside searcher proposes. @throws BadInputError for what it may not propose */
  async propose(
    searchId: string,
    target: string,
    architectures: readonly string[],
  ): Promise<Result<readonly Proposed[], Refusal>> {
    return this.#using(searchId, (search) => {
      requireTarget(search.targetNames, searchId, target);
      const outside = this.#outside.get(searchId);
      if (outside === undefined)
        throw new FarmError(
          'conflict',
          `search ${searchId} proposes by itself (${search.view().strategy}); create one with strategy: { kind: external }`,
        );
      return outside.propose(
        target,
        architectures.map((text) => (isHashName(text) ? search.canonical(text) : text)),
        search,
      );
    });
  }

  /** The ends on one target after a cursor, in their order; some at a time, none when nothing more has ended. @throws BadInputError */
  async ends(searchId: string, target: string, after: number): Promise<readonly EndView[]> {
    const reader = await this.#endReaderOf(searchId);
    requireTarget(reader.targetNames, searchId, target);
    return reader.read(target, after);
  }

  /** The int8 model of an architecture that the search built, by its own or an isomorphic name, or by its hash. @throws BadInputError */
  async exportModel(searchId: string, architecture: string): Promise<ExportedModel> {
    const exported = await this.#using(searchId, (search) => search.exported(architecture));
    if (exported === undefined)
      throw new FarmError(
        'not-found',
        `search ${searchId} did not build ${architecture}; take an architecture of its front (see: farm search front ${searchId})`,
      );
    return exported;
  }

  /** The fleet has changed: more devices take more candidates. */
  fleetChanged(): void {
    for (const search of this.#active) search.fill();
  }

  /** Resolves when nothing is being built or saved. */
  async settled(): Promise<void> {
    await Promise.all([...this.#active].map((search) => search.settled()));
  }

  #requireRoom(): void {
    if (this.#active.size >= mostActiveSearches)
      throw new FarmError(
        'exhausted',
        `${mostActiveSearches} searches are running or paused, the most there can be; stop one first (see: farm search list)`,
      );
  }

  async #find(searchId: string): Promise<RunningSearch> {
    const known = this.#searches.get(searchId);
    if (known !== undefined) return known;
    return this.#load(await this.#recordOf(searchId));
  }

  /** Runs `work` on a search; one that has ended is let go of when nobody uses it any more. */
  async #using<Value>(
    searchId: string,
    work: (search: RunningSearch) => Promise<Value> | Value,
  ): Promise<Value> {
    this.#uses.set(searchId, (this.#uses.get(searchId) ?? 0) + 1);
    let search: RunningSearch | undefined;
    try {
      search = await this.#find(searchId);
      return await work(search);
    } finally {
      const left = (this.#uses.get(searchId) ?? 1) - 1;
      if (left > 0) this.#uses.set(searchId, left);
      else this.#uses.delete(searchId);
      if (search !== undefined) this.#release(searchId, search);
    }
  }

  /** All that a search has in memory can be read again; what one leaves behind is for good. */
  #release(searchId: string, search: RunningSearch): void {
    if (this.#uses.has(searchId) || this.#active.has(search)) return;
    this.#searches.delete(searchId);
    this.#outside.delete(searchId);
    this.#endReaders.delete(searchId);
    // It has nothing to do any more; only its strategist is to be ended.
    void search.close();
  }

  /** Of a search that has ended, without reading it: a client that follows many pages asks for each. */
  async #endReaderOf(searchId: string): Promise<EndReader> {
    const known = this.#endReaders.get(searchId);
    if (known !== undefined) return known;
    const { specYaml } = await this.#recordOf(searchId);
    const spec = await this.#parts.specs.read(specYaml, `search ${searchId}`);
    return new EndReader(searchId, spec, this.#parts, () => Promise.resolve());
  }

  async #recordOf(searchId: string): Promise<SearchRecord> {
    const record = await this.#parts.ledger.searches.find(searchId);
    if (record === undefined)
      throw new FarmError('not-found', `there is no search "${searchId}" (see: farm search list)`);
    return record;
  }

  /** Undefined for a search whose specification this version no longer takes: it must not keep the others from running. */
  async #loadUsable(record: SearchRecord): Promise<RunningSearch | undefined> {
    try {
      return await this.#load(record);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      this.#parts.logger.error(
        { searchId: record.searchId, problem: error.message },
        'a search cannot be taken up',
      );
      return undefined;
    }
  }

  #load(record: SearchRecord): Promise<RunningSearch> {
    const known = this.#searches.get(record.searchId);
    if (known !== undefined) return known;
    const loading = this.#restore(record);
    this.#searches.set(record.searchId, loading);
    loading.catch(() => this.#searches.delete(record.searchId));
    return loading;
  }

  async #open(record: SearchRecord): Promise<RunningSearch> {
    const { searchId, specYaml } = record;
    const spec = await this.#parts.specs.read(specYaml, `search ${searchId}`);
    const outside =
      spec.strategy.kind === 'external'
        ? await OutsideSearch.open(searchId, spec, this.#parts)
        : undefined;
    if (outside !== undefined) this.#outside.set(searchId, outside);
    this.#endReaders.set(
      searchId,
      new EndReader(searchId, spec, this.#parts, async () => outside?.settled()),
    );
    const parts =
      outside === undefined
        ? this.#parts
        : { ...this.#parts, openStrategist: () => outside.strategist };
    return new RunningSearch(
      { record, spec, past: await loadPast(spec, this.#parts.ledger) },
      parts,
      (changed) => this.#tell(changed),
    );
  }

  async #restore(record: SearchRecord): Promise<RunningSearch> {
    const search = await this.#open(record);
    if (record.state === 'running' || record.state === 'paused') this.#active.add(search);
    await search.restore();
    if (this.#active.has(search)) this.#tell(search);
    return search;
  }

  #tell(search: RunningSearch): void {
    const view = search.view();
    for (const listener of this.#listeners) listener(view);
    if (view.state !== 'stopped' && view.state !== 'finished') return;
    this.#active.delete(search);
    this.#release(view.searchId, search);
  }

  /** A target that no device ever offered is more likely a typing error than a phone to come. */
  async #checkTargets(spec: SearchSpec, source: string): Promise<void> {
    const devices = await this.#parts.ledger.devices.all();
    const known = new Set(
      devices.flatMap(({ description }) =>
        description.offers.map((offer) => formatTarget({ pool: description.pool, ...offer })),
      ),
    );
    spec.targets.forEach(({ name }, index) => {
      if (known.has(name)) return;
      const usable = [...known].filter((each) => each.endsWith('/int8') || each.endsWith('/w8a16'));
      const remedy =
        usable.length === 0
          ? 'no device is registered yet; start an agent (see: farm doctor)'
          : `choose one of ${usable.sort().join(', ')}`;
      throw new BadInputError(
        `${source}: field targets.${index}: no device has ever offered ${name}; ${remedy}`,
      );
    });
  }
}

function newSearchId(name: string): string {
  return `${name.toLowerCase()}-${randomBytes(4).toString('hex')}`;
}

function requireTarget(targets: readonly string[], searchId: string, target: string): void {
  if (!targets.includes(target))
    throw new FarmError(
      'not-found',
      `search ${searchId} has no target ${target}; its targets are ${targets.join(', ')}`,
    );
}

function requireState(
  search: RunningSearch,
  expected: SearchView['state'],
  verb: string,
): SearchView {
  const view = search.view();
  if (view.state !== expected)
    throw new FarmError(
      'conflict',
      `search ${view.searchId} is ${view.state} and cannot be ${verb}`,
    );
  return view;
}
