import { spaceNameOf } from '../../model/space/space_reference';
import type { NetworkSpace } from '../../model/space/network_space';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Artifact } from '../../common/artifact';
import { assert } from '../../common/assert';
import type { BuildFailure } from '../candidates/candidate_preparation';
import type { JobUpdate } from '../engine/job_update';
import type { CandidateRecord } from '../ledger/candidate_records';
import type { ConfirmationRecord } from '../ledger/confirmation_records';
import type { JobRecord } from '../ledger/job_records';
import type { SearchExtension, SearchRecord, SearchState } from '../ledger/search_records';
import { extendBudget, type Budget } from '../../search/budget';
import { SharedBudget } from '../../search/shared_budget';
import type { SearchSpec } from '../../search/spec';
import { BuildFailures } from './build_failures';
import { accuracyStatement, type AccuracyStatement } from './accuracy_statement';
import { canonicalArchitecture } from './architecture_name';
import { endOfRecord, endOfUpdate, type LaneEnd } from './candidate_ends';
import { exportedModel, type ExportedModel } from './exported_model';
import { requireLimits } from './extension_limits';
import { openFleetSearch, type FleetSearch } from './fleet_search';
import { frontView } from './front_view';
import type { SearchParts } from './search_parts';
import type { FleetFrontView, FrontView, SearchView } from './search_view';
import { SearchWall } from './search_wall';
import type { StrategistTask } from './strategist/strategies';
import type { Strategist } from './strategist/strategist';
import { TargetLane } from './target_lane';
import { targetView } from './target_view';

/** Ends that are replayed before the event loop gets a turn: some milliseconds of work. */
const replayedPerTurn = 200;

/** A search as the ledger has it, with its specification read, and what others have measured for it. */
interface SearchTask extends StrategistTask {
  readonly record: SearchRecord;
}

interface Place {
  readonly lane: TargetLane;
  readonly architecture: string;
}

/** One search in this process: its lanes, fed with what the engine says of its jobs. */
export class RunningSearch {
  readonly #record: SearchRecord;
  readonly #spec: SearchSpec;
  readonly #parts: SearchParts;
  readonly #onChange: (search: RunningSearch) => void;
  readonly #strategist: Strategist;
  /** Where one strategy proposes for all targets. */
  readonly #fleet: FleetSearch | undefined;
  readonly #lanes: readonly TargetLane[];
  readonly #places = new Map<string, Place>();
  #state: SearchState;
  readonly #wall: SearchWall;
  /** The budget is growing: what looks finished may go on in a moment. */
  #isExtending = false;
  /** One extension at a time. */
  #extended: Promise<void> = Promise.resolve();
  #problem: string | null = null;
  readonly #buildFailures = new BuildFailures();
  #stopListening: (() => void) | undefined;
  /** What the engine says while the ledger is being read, to be heard afterwards; undefined when nothing is being read. */
  #early: JobUpdate[] | undefined;
  #isClosed = false;
  /** Aborted when nothing that is being prepared is wanted any more. */
  readonly #unwanted = new AbortController();
  /** What nobody waits for by itself: a finish, a pause after failed builds. */
  #unattended: Promise<void> = Promise.resolve();

  constructor(
    { record, ...task }: SearchTask,
    parts: SearchParts,
    onChange: (search: RunningSearch) => void,
  ) {
    const { spec } = task;
    this.#record = record;
    this.#spec = spec;
    this.#parts = parts;
    this.#onChange = onChange;
    this.#state = record.state;
    this.#wall = new SearchWall(record.wall, parts.clock, () => this.#changed());
    const inner = parts.openStrategist(task);
    this.#fleet = openFleetSearch(spec, inner, () => this.#lanes);
    this.#strategist = this.#fleet?.strategist ?? inner;
    const sharedBudget = spec.isBudgetShared ? new SharedBudget() : undefined;
    this.#lanes = spec.targets.map((target) => this.#openLane(target, sharedBudget));
  }

  /** How long it has been running. */
  get wallMs(): number {
    return this.#wall.ms;
  }

  get state(): SearchState {
    return this.#state;
  }

  /**
   * Rebuilds the search from the ledger: proposals in their order, then ends in theirs, then what is open is submitted again.
   * The engine is listened to before the ledger is read: what ends in between is heard at least once, and an end that is
   * told twice changes nothing.
   */
  async restore(): Promise<void> {
    const early: JobUpdate[] = [];
    this.#early = early;
    if (this.#isActive()) this.#listen();
    const { ledger } = this.#parts;
    await this.#setBudgets();
    const jobs = await ledger.jobs.find({ ownerId: this.#record.searchId });
    const candidates = await ledger.candidates.of(this.#record.searchId);
    const confirmations = await ledger.confirmations.of(this.#record.searchId);
    this.#adopt(candidates, confirmations, jobs);
    await this.#replay(jobs.filter((job) => job.state.kind !== 'open'));
    this.#early = undefined;
    if (!this.#isActive()) return;
    for (const update of early) this.#hear(update);
    if (this.#state === 'paused') this.#tellEngine('owner-paused');
    const open = new Map(
      jobs.filter((record) => record.state.kind === 'open').map(({ job }) => [job.jobId, job]),
    );
    for (const { jobId } of [...inProposalOrder(candidates), ...confirmations]) {
      const job = open.get(jobId);
      if (job !== undefined) this.#places.get(jobId)?.lane.submit(job);
    }
    this.fill();
  }

  /** Proposes what there is room for: after a change of the fleet, and after every end. */
  fill(): void {
    if (!this.#isProposing()) return;
    this.#listen();
    for (const lane of this.#lanes) lane.fill(this.#wall.ms);
    if (this.#lanes.every((lane) => lane.isFinished)) this.#guard(this.#finish());
    else this.#wall.await(this.#lanes.map(({ search }) => search.budget));
  }

  async pause(): Promise<void> {
    assert(this.#state === 'running', 'only a running search is paused');
    await this.#setState('paused');
    this.#tellEngine('owner-paused');
    this.#onChange(this);
  }

  async resume(): Promise<void> {
    assert(this.#state === 'paused', 'only a paused search is resumed');
    await this.#setState('running');
    this.#problem = null;
    this.#buildFailures.forget();
    this.#tellEngine('owner-resumed');
    this.fill();
    this.#onChange(this);
  }

  /**
   * Adds to the budget of each target; a finished search goes on. The same extension twice is one.
   * @throws BadInputError for more of what a target has no limit on
   */
  async extend(extension: SearchExtension): Promise<void> {
    const extended = this.#extended.then(() => this.#extend(extension));
    this.#extended = extended.catch(() => undefined);
    return extended;
  }

  async #extend(extension: SearchExtension): Promise<void> {
    assert(this.#state !== 'stopped', 'a stopped search is not extended');
    const known = await this.#parts.ledger.searches.extensions(this.#record.searchId);
    if (known.some(({ extensionId }) => extensionId === extension.extensionId)) return;
    requireLimits(
      extension,
      this.#lanes.map(({ name, search }) => ({ name, budget: search.budget })),
      this.#record.searchId,
    );
    this.#isExtending = true;
    await this.#unattended;
    const state = this.#state === 'finished' ? 'running' : this.#state;
    const wall = this.#wall.timeIn(state);
    try {
      await this.#parts.ledger.searches.extend(this.#record.searchId, extension, { state, wall });
    } finally {
      this.#isExtending = false;
    }
    this.#state = state;
    this.#wall.set(wall);
    await this.#setBudgets();
    this.fill();
    this.#onChange(this);
  }

  async stop(): Promise<void> {
    await this.#setState('stopped');
    this.#unwanted.abort();
    this.#stopListening?.();
    this.#strategist.close();
    // What is being saved right now must be submitted first, or it would stay open in the ledger.
    await this.settled();
    this.#tellEngine('owner-ended');
    this.#onChange(this);
  }

  /** The process ends, the search does not: nothing more is proposed or saved, the next process goes on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwanted.abort();
    this.#wall.stop();
    this.#stopListening?.();
    this.#strategist.close();
    await this.settled();
  }

  /** Resolves when nothing is being built or saved. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.settled()));
    await this.#unattended;
  }

  view(): SearchView {
    const { searchId, name, createdAtMs } = this.#record;
    return {
      searchId,
      name,
      createdAtMs,
      state: this.#state,
      space: spaceNameOf(this.#spec.space),
      isBudgetShared: this.#spec.isBudgetShared,
      strategy: this.#spec.strategy.kind,
      seed: 'seed' in this.#spec.strategy ? this.#spec.strategy.seed : 0,
      problem: this.#problem,
      wall: this.#wall.time,
      targets: this.#lanes.map((lane) => targetView(lane, this.#isActive())),
      frontModels: this.#isActive() ? [] : this.#frontModels(),
    };
  }

  #frontModels(): readonly string[] {
    const ofTargets = this.#lanes.flatMap(({ front }) => [...front.members, ...front.uncertain]);
    const ofFleet = this.fleetFront()?.members ?? [];
    const digests = [...ofTargets, ...ofFleet].flatMap(
      ({ architecture }) => this.artifactOf(architecture)?.digest ?? [],
    );
    return [...new Set(digests)];
  }

  /** The fronts of all targets, or of the named one. */
  async fronts(target: string | undefined): Promise<readonly FrontView[]> {
    const surroundings = {
      ledger: this.#parts.ledger,
      nowMs: this.#parts.clock.nowMs(),
      hashOf: (architecture: string) => this.#space.hashOf(architecture),
      statement: this.#statement,
    };
    return Promise.all(
      this.#lanes
        .filter((lane) => target === undefined || lane.name === target)
        .map((lane) => frontView(lane, surroundings)),
    );
  }

  /** The front over all targets together, where the search has one. */
  fleetFront(): FleetFrontView | undefined {
    return this.#fleet?.view((architecture) => this.#space.hashOf(architecture), this.#statement);
  }

  get #space(): NetworkSpace {
    return this.#parts.catalog.space(this.#spec);
  }

  get #statement(): AccuracyStatement {
    return accuracyStatement(this.#spec, this.#parts.catalog.accuracy(this.#spec));
  }

  /** The name under which the search knows an architecture, given as such or by its hash. @throws BadInputError for text that names none */
  canonical(text: string): string {
    return canonicalArchitecture(text, {
      searchId: this.#record.searchId,
      spec: this.#spec,
      catalog: this.#parts.catalog,
      built: this.#lanes.flatMap((lane) => [...lane.architectures]),
    });
  }

  /** The int8 model of an architecture, by any of its names, if the search built it for any target. @throws BadInputError */
  exported(text: string): ExportedModel | undefined {
    const architecture = this.canonical(text);
    return exportedModel(architecture, this.artifactOf(architecture), {
      spec: this.#spec,
      catalog: this.#parts.catalog,
    });
  }

  artifactOf(architecture: string): Artifact | undefined {
    return this.#lanes
      .map((lane) => lane.artifactOf(architecture))
      .find((artifact) => artifact !== undefined);
  }

  get targetNames(): readonly string[] {
    return this.#lanes.map((lane) => lane.name);
  }

  #openLane(
    target: SearchSpec['targets'][number],
    sharedBudget: SharedBudget | undefined,
  ): TargetLane {
    const lane: TargetLane = new TargetLane({
      searchId: this.#record.searchId,
      spec: this.#spec,
      target,
      parts: this.#parts,
      strategist: this.#strategist,
      sharedBudget,
      onSaved: (architecture, jobId) => this.#places.set(jobId, { lane, architecture }),
      onChange: () => this.#changed(),
      onBuilt: (failure) => this.#countBuild(failure),
      onPerplexed: (error) =>
        this.#pauseFor(
          `the strategy has failed: ${error.message}; resume the search to ask it again`,
        ),
      fleetFront: () => this.#fleet?.toConfirm() ?? 'own',
      isProposing: () => this.#isProposing(),
      unwanted: this.#unwanted.signal,
      isStopped: () => this.#isClosed || this.#state === 'stopped',
    });
    return lane;
  }

  #adopt(
    candidates: readonly CandidateRecord[],
    confirmations: readonly ConfirmationRecord[],
    jobs: readonly JobRecord[],
  ): void {
    const jobsById = new Map(jobs.map((record) => [record.job.jobId, record]));
    const lanes = new Map(this.#lanes.map((lane) => [lane.name, lane]));
    for (const { target, sequence, architecture, jobId } of inProposalOrder(candidates)) {
      const lane = lanes.get(target);
      const record = jobsById.get(jobId);
      assert(
        lane !== undefined && record !== undefined,
        `candidate ${jobId} has its target and its job`,
      );
      lane.adopt({ sequence, architecture }, record);
      this.#places.set(jobId, { lane, architecture });
    }
    for (const record of confirmations) {
      const lane = lanes.get(record.target);
      assert(lane !== undefined, `confirmation ${record.jobId} has its target`);
      lane.adoptAgain(record);
      this.#places.set(record.jobId, { lane, architecture: record.architecture });
    }
  }

  async #replay(ended: readonly JobRecord[]): Promise<void> {
    for (let start = 0; start < ended.length; start += replayedPerTurn) {
      const some = ended.slice(start, start + replayedPerTurn);
      const measurements = await this.#parts.ledger.measurements.of(
        some.map(({ job }) => job.jobId),
      );
      for (const record of some) {
        const end = endOfRecord(record, measurements.get(record.job.jobId));
        if (end !== undefined) this.#end(record.job.jobId, end);
      }
      await nextTurn();
    }
  }

  #listen(): void {
    this.#stopListening ??= this.#parts.engine.listen(this.#record.searchId, (update) =>
      this.#hear(update),
    );
  }

  #hear(update: JobUpdate): void {
    if (update.kind === 'leased' || update.kind === 'attempt-failed' || !this.#isActive()) return;
    if (this.#early !== undefined) {
      this.#early.push(update);
      return;
    }
    if (this.#end(update.jobId, endOfUpdate(update))) this.#changed();
  }

  #end(jobId: string, end: LaneEnd): boolean {
    const place = this.#places.get(jobId);
    return place?.lane.end(jobId, place.architecture, end) ?? false;
  }

  #changed(): void {
    this.fill();
    // A search that has just finished says so itself, once the ledger has it.
    if (this.#isActive()) this.#onChange(this);
  }

  #countBuild(failure: BuildFailure | undefined): void {
    if (failure !== undefined)
      this.#parts.logger.warn(
        { searchId: this.#record.searchId, failure },
        'a candidate could not be built',
      );
    const problem = this.#buildFailures.count(failure);
    if (problem !== undefined) this.#pauseFor(problem);
  }

  #pauseFor(problem: string): void {
    if (this.#state !== 'running') return;
    this.#parts.logger.error(
      { searchId: this.#record.searchId, problem },
      'a search pauses by itself',
    );
    this.#problem = problem;
    this.#guard(this.pause());
  }

  async #finish(): Promise<void> {
    await this.#setState('finished');
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#tellEngine('owner-ended');
    this.#onChange(this);
  }

  /** The new state holds at once, and is told when the ledger has it. */
  async #setState(state: SearchState): Promise<void> {
    this.#state = state;
    const time = this.#wall.timeIn(state);
    this.#wall.set(time);
    await this.#parts.ledger.searches.setState(this.#record.searchId, state, time);
  }

  async #setBudgets(): Promise<void> {
    const extensions = await this.#parts.ledger.searches.extensions(this.#record.searchId);
    this.#lanes.forEach(({ search }, index) =>
      search.setBudget(
        extensions.reduce<Budget>(extendBudget, this.#spec.targets[index]?.budget ?? search.budget),
      ),
    );
  }

  #isProposing(): boolean {
    return (
      this.#state === 'running' &&
      this.#early === undefined &&
      !this.#isClosed &&
      !this.#isExtending
    );
  }

  #isActive(): boolean {
    return this.#state === 'running' || this.#state === 'paused';
  }

  #tellEngine(kind: 'owner-paused' | 'owner-resumed' | 'owner-ended'): void {
    this.#parts.engine.dispatch({ kind, ownerId: this.#record.searchId });
  }

  /** For work that nobody waits for: its only failure is the ledger's. */
  #guard(work: Promise<void>): void {
    const guarded = work.catch((error: unknown) => this.#parts.onFailure(error as Error));
    this.#unattended = Promise.all([this.#unattended, guarded]).then(() => undefined);
  }
}

function inProposalOrder(candidates: readonly CandidateRecord[]): CandidateRecord[] {
  return [...candidates].sort((a, b) => a.sequence - b.sequence);
}
