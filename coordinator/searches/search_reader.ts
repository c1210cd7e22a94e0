import { FarmError } from '../../common/farm_error';
import { artifactOf } from '../../common/trial';
import type { Study } from '../../search/study/state';
import type { SearchRecord } from '../ledger/search_records';
import { accuracyStatement } from './accuracy_statement';
import { canonicalArchitecture } from './architecture_name';
import { exportedModel, theBuiltArtifact, type ExportedCandidate } from './exported_model';
import { fleetFrontView } from './fleet_view';
import { frontView } from './front_view';
import { readSearch } from './open_search';
import { readEnds, type EndView } from './outside/end_reader';
import { readHistory, type SearchHistory } from './search_history';
import type { SearchParts } from './search_parts';
import type { SearchRunner } from './search_runner';
import type { FleetFrontView, FrontView, SearchView } from './search_view';
import { requireTarget } from './study_target';
import { searchView } from './study_view';

/** What is shown of searches, whether they run or not. What is read of one that does not run leaves memory again. */
export class SearchReader {
  readonly #parts: SearchParts;
  readonly #runner: Pick<SearchRunner, 'running' | 'written'>;

  readonly #reading = new Map<string, Promise<Study>>();

  constructor(parts: SearchParts, runner: Pick<SearchRunner, 'running' | 'written'>) {
    this.#parts = parts;
    this.#runner = runner;
  }

  /** Computed from all that the ledger has of a search, unless it is under way: who only reads asks coordinator/views/. @throws FarmError */
  async get(searchId: string): Promise<SearchView> {
    return searchView(await this.#find(searchId));
  }

  /** @throws FarmError for a target that the search does not have */
  async front(searchId: string, target?: string): Promise<readonly FrontView[]> {
    const study = await this.#find(searchId);
    if (target !== undefined) requireTarget(study.settings, target);
    return this.#fronts(study, target);
  }

  /** @throws FarmError for a search whose targets have fronts of their own only */
  async fleetFront(searchId: string): Promise<FleetFrontView> {
    const front = this.#fleetFront(await this.#find(searchId));
    if (front === undefined)
      throw new FarmError(
        'conflict',
        `search ${searchId} has a front for each target and none over all; see: farm search front ${searchId}`,
      );
    return front;
  }

  /** All that a search tried so far. @throws FarmError */
  async history(searchId: string): Promise<SearchHistory> {
    const fronts = await this.front(searchId);
    return readHistory(await this.#recordOf(searchId), fronts, this.#parts);
  }

  /** The ends on one target after a cursor, in their order; some at a time, none when nothing more has ended. @throws FarmError */
  async ends(searchId: string, target: string, after: number): Promise<readonly EndView[]> {
    const { specYaml } = await this.#recordOf(searchId);
    const spec = await this.#parts.specs.read(specYaml, `search ${searchId}`);
    requireTarget({ searchId, spec }, target);
    await this.#runner.written(searchId);
    return readEnds({ searchId, spec, target, after }, this.#parts);
  }

  /**
   * The quantized model of an architecture that the search built, by its own or an isomorphic name, or by its hash. `target`: of which, where
   * targets have different files of it. @throws FarmError
   */
  async exportModel(searchId: string, text: string, target?: string): Promise<ExportedCandidate> {
    const study = await this.#find(searchId);
    const { spec } = study.settings;
    if (target !== undefined) requireTarget({ searchId, spec }, target);
    const { catalog } = this.#parts;
    const built = study.lanes.flatMap(({ trials }) =>
      [...trials.values()].flatMap((trial) =>
        artifactOf(trial) === null ? [] : [trial.architecture],
      ),
    );
    const architecture = canonicalArchitecture(text, { searchId, spec, catalog, built });
    const artifact = theBuiltArtifact(study, architecture, target);
    const exported = exportedModel(architecture, artifact, { spec, catalog });
    if (exported === undefined)
      throw new FarmError(
        'not-found',
        `search ${searchId} did not build ${text}; take an architecture of its front (see: farm search front ${searchId})`,
      );
    return exported;
  }

  async #fronts(study: Study, target?: string): Promise<readonly FrontView[]> {
    const { ledger, clock, catalog } = this.#parts;
    const { spec } = study.settings;
    const surroundings = {
      ledger,
      nowMs: clock.nowMs(),
      hashOf: (architecture: string) => catalog.space(spec).hashOf(architecture),
      statement: accuracyStatement(spec, catalog.accuracy(spec)),
    };
    return Promise.all(
      study.lanes
        .filter((lane) => target === undefined || lane.target.name === target)
        .map((lane) => frontView(lane, surroundings)),
    );
  }

  #fleetFront(study: Study): FleetFrontView | undefined {
    const { spec } = study.settings;
    const { catalog } = this.#parts;
    const space = catalog.space(spec);
    return fleetFrontView(
      study,
      (architecture) => space.hashOf(architecture),
      accuracyStatement(spec, catalog.accuracy(spec)),
    );
  }

  async #find(searchId: string): Promise<Study> {
    const running = await this.#runner.running(searchId);
    return running ?? this.#read(searchId);
  }

  /** Once for all who ask at the same time. */
  #read(searchId: string): Promise<Study> {
    const known = this.#reading.get(searchId);
    if (known !== undefined) return known;
    const reading = this.#recordOf(searchId)
      .then((record) => readSearch(record, this.#parts))
      .finally(() => this.#reading.delete(searchId));
    this.#reading.set(searchId, reading);
    return reading;
  }

  async #recordOf(searchId: string): Promise<SearchRecord> {
    const record = await this.#parts.ledger.searches.find(searchId);
    if (record === undefined)
      throw new FarmError('not-found', `there is no search "${searchId}" (see: farm search list)`);
    return record;
  }
}
