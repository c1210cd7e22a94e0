import { createHash } from 'node:crypto';
import type { Artifact } from '../../common/artifact';
import { candidateFault, type CandidateFault } from '../../common/fault';
import type { Job } from '../../common/job';
import type { BuildFailure, PreparedModel } from '../candidates/candidate_preparation';
import type { Result } from '../../common/result';
import type { ConfirmationRecord } from '../ledger/confirmation_records';
import type { JobEnding, JobRecord } from '../ledger/job_records';
import type { FrontMember } from '../../search/front';
import type { SharedBudget } from '../../search/shared_budget';
import { fleetAimOf, type SearchSpec, type TargetSpec } from '../../search/spec';
import type { Proposal } from '../../search/strategy';
import { TargetSearch } from '../../search/target_search';
import { violationOfBuilt } from '../../search/violation';
import type { LaneEnd } from './candidate_ends';
import { Confirmation, type Confirmed } from './confirmation';
import { LaneFindings } from './lane_findings';
import { findEarlierMeasurement } from './measurement_cache';
import { observedIn } from './observed';
import type { SearchParts } from './search_parts';
import { SecondLook, secondLookRound, type Grounds } from './second_look';
import { standingFront, type StandingFront } from './standing_front';
import type { Strategist } from './strategist/strategist';

/** Candidates on their way for each device unless the user says otherwise: one measured, one waiting for its turn. */
const candidatesPerDevice = 2;
/** What a lane keeps on its way at most by itself: more would be chosen long before the results that should guide it. */
const mostOnTheirWay = 128;

interface LaneOptions {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly target: TargetSpec;
  readonly parts: SearchParts;
  readonly strategist: Strategist;
  /** What the targets of the search may spend together, if they share it. */
  readonly sharedBudget: SharedBudget | undefined;
  /** The candidate, or its confirmation, is in the ledger, and from now on the engine may speak of its job. */
  readonly onSaved: (architecture: string, jobId: string) => void;
  /** A candidate was submitted, or ended without a device. */
  readonly onChange: () => void;
  readonly onBuilt: (failure: BuildFailure | undefined) => void;
  /** The strategy cannot compute. */
  readonly onPerplexed: (error: Error) => void;
  /** The front over all targets, where the search looks for one and it is complete; `own`: each target has its own. */
  readonly fleetFront: () => readonly Confirmed[] | 'incomplete' | 'own';
  /** More may be proposed now. */
  readonly isProposing: () => boolean;
  readonly isStopped: () => boolean;
  /** Aborted when it is stopped. */
  readonly unwanted: AbortSignal;
}

/** How a candidate ended that no device was asked for: in the ledger's words and in the search's. */
interface Settled {
  readonly state: JobEnding['state'];
  readonly end: LaneEnd;
}

/** The search on one target: builds what it proposes, keeps it in the ledger, and submits it, in the order of proposal. */
export class TargetLane {
  readonly search: TargetSearch;
  readonly confirmation: Confirmation;
  readonly findings = new LaneFindings();
  readonly #options: LaneOptions;
  readonly #secondLook: SecondLook;
  /** What was measured again, or is to be. */
  #measuredAgain = 0;
  readonly #artifacts = new Map<string, Artifact>();
  readonly #reusedFrom = new Map<string, string>();
  #submissions: Promise<void> = Promise.resolve();
  #asking: Promise<void> = Promise.resolve();
  #isAsking = false;
  /** How often something may have made room, or let the strategy go on. */
  #fills = 0;

  constructor(options: LaneOptions) {
    const {
      searchId,
      spec,
      target,
      parts,
      strategist,
      sharedBudget,
      onSaved,
      onChange,
      isStopped,
    } = options;
    const { name, budget, constraints } = target;
    this.#options = options;
    this.search = new TargetSearch({
      strategy: {
        adopt: (proposal) => strategist.hear(name, { kind: 'adopt', proposal }),
        tell: (architecture, evaluation) =>
          strategist.hear(name, { kind: 'tell', architecture, evaluation }),
        withdraw: (architecture) => strategist.hear(name, { kind: 'withdraw', architecture }),
      },
      budget,
      constraints,
      accuracyPercentOf: (architecture) =>
        parts.catalog.accuracy(spec).accuracyOf(architecture).percent,
      ...(sharedBudget === undefined
        ? {}
        : {
            shared: { budget: sharedBudget, isServed: () => parts.deviceCount(target.target) > 0 },
          }),
    });
    const again = {
      searchId,
      spec,
      target,
      ledger: parts.ledger,
      artifactOf: (architecture: string) => this.artifactOf(architecture),
      nextSequence: () => this.#measuredAgain++,
      onSaved,
      submit: (job: Job) => this.submit(job),
      onFailure: parts.onFailure,
    };
    this.#secondLook = new SecondLook({ ...again, isStopped });
    this.confirmation = new Confirmation({
      ...again,
      isDue: () => this.#toConfirm !== undefined && !isStopped(),
      onSubmitted: () => {
        if (!isStopped()) onChange();
      },
    });
  }

  /** The search is over, and its front confirmed. */
  get isFinished(): boolean {
    const front = this.#toConfirm;
    return front !== undefined && this.confirmation.isDone(front);
  }

  /** What is to be measured again, once that is known. */
  get #toConfirm(): readonly Confirmed[] | undefined {
    const fleetFront = this.#options.fleetFront();
    if (fleetFront !== 'own') return fleetFront === 'incomplete' ? undefined : fleetFront;
    return this.search.isFinished ? this.#found : undefined;
  }

  /** The front by all that was measured so far, confirmations included. What a member dominated comes back when that turns out uncertain. */
  get front(): StandingFront {
    const standingOf = (found: readonly FrontMember[]): StandingFront =>
      standingFront({
        found,
        findingsOf: (architecture) => this.findings.of(architecture),
        constraints: this.constraints,
      });
    const standing = standingOf(this.#found);
    const isDominating = this.search.front.some(({ architecture }) =>
      standing.uncertain.some((each) => each.architecture === architecture),
    );
    return isDominating ? standingOf([...this.search.certain, ...this.search.uncertain]) : standing;
  }

  /** What is uncertain is measured again with the front: then it may be of it. */
  get #found(): readonly FrontMember[] {
    const { front, uncertain } = this.search;
    return uncertain.length === 0
      ? front
      : [...front, ...uncertain].sort((a, b) => a.latencyMs - b.latencyMs);
  }

  get name(): string {
    return this.#options.target.name;
  }

  get constraints(): TargetSpec['constraints'] {
    return this.#options.target.constraints;
  }

  /** The job whose measurement stands for the architecture's own; undefined when it was measured for this search. */
  reusedFromJobId(architecture: string): string | undefined {
    return this.#reusedFrom.get(architecture);
  }

  /** The job whose measurement the strategy was told: the candidate's own, or that of a second look. */
  measuredJobIdOf(architecture: string): string {
    return this.#secondLook.standsFor(architecture) ?? this.jobIdOf(architecture);
  }

  /** Those that were built. */
  get architectures(): Iterable<string> {
    return this.#artifacts.keys();
  }

  artifactOf(architecture: string): Artifact | undefined {
    return this.#artifacts.get(architecture);
  }

  /** The same in every life of the coordinator, so that nothing can be submitted twice under two names. */
  jobIdOf(architecture: string): string {
    const key = JSON.stringify([this.#options.searchId, this.name, architecture]);
    return `${this.#options.searchId}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  }

  /** Proposes as many as may be on their way and starts building them. */
  fill(wallMs: number): void {
    this.search.advance(wallMs);
    const front = this.#toConfirm;
    if (front !== undefined) this.confirmation.start(front);
    this.#fills += 1;
    if (this.#isAsking || !this.search.hasRoom(this.#mostInFlight())) return;
    this.#asking = this.#askOn();
  }

  async #askOn(): Promise<void> {
    const { isStopped, onPerplexed, onChange } = this.#options;
    try {
      await this.#ask();
    } catch (error) {
      // Whoever is stopped closes the strategist under the question.
      if (!isStopped()) onPerplexed(error as Error);
      return;
    }
    // Then nothing else may follow that would say so, or leave the budget to others.
    if (this.search.isExhausted || this.search.isFinished) onChange();
  }

  /** One question after the other, until there is no room, or no answer for now. */
  async #ask(): Promise<void> {
    const { strategist, isProposing, isStopped } = this.#options;
    this.#isAsking = true;
    try {
      while (isProposing() && this.search.hasRoom(this.#mostInFlight())) {
        const fills = this.#fills;
        this.search.reserve();
        const answer = await strategist.ask(this.name).catch((error: unknown) => {
          this.search.take('later');
          throw error;
        });
        if (isStopped()) return;
        const proposal = this.search.take(answer);
        if (proposal !== undefined) this.#build(proposal);
        // What has ended meanwhile may be what the strategy waits for.
        else if (fills === this.#fills) return;
      }
    } finally {
      this.#isAsking = false;
    }
  }

  #mostInFlight(): number {
    const { parts, target } = this.#options;
    return (
      target.concurrency ??
      Math.min(mostOnTheirWay, candidatesPerDevice * Math.max(1, parts.deviceCount(target.target)))
    );
  }

  #build(proposal: Proposal): void {
    const { parts, spec, target, unwanted } = this.#options;
    const { space, model } = spec;
    const building = parts.candidates.prepare(
      { space, architecture: proposal.architecture, model, target: target.target },
      unwanted,
    );
    // Handled in turn below; until then a rejection must not count as unhandled.
    building.catch(() => undefined);
    this.#submissions = this.#submissions
      .then(() => this.#submit(proposal, building))
      .catch((error: unknown) => parts.onFailure(error as Error));
  }

  /** Resolves when nothing is being asked, built or saved any more. */
  async settled(): Promise<void> {
    // Each of them can let another follow.
    for (
      let awaited: readonly Promise<void>[] = [];
      awaited[0] !== this.#submissions ||
      awaited[1] !== this.#asking ||
      awaited[2] !== this.confirmation.saving ||
      awaited[3] !== this.#secondLook.saving;
    ) {
      awaited = [
        this.#submissions,
        this.#asking,
        this.confirmation.saving,
        this.#secondLook.saving,
      ];
      await Promise.all(awaited);
    }
  }

  /** Of a candidate's job, or of one that measures it again. Returns false, and changes nothing, when the job has ended already. */
  end(jobId: string, architecture: string, end: LaneEnd): boolean {
    if (end.kind === 'reused') this.#reusedFrom.set(architecture, end.fromJobId);
    if (this.confirmation.has(jobId))
      return this.confirmation.end(jobId, end) && this.#record(architecture, end);
    if (this.#secondLook.has(jobId)) {
      const stands = this.#secondLook.end(jobId, end);
      return stands !== undefined && this.#tell(architecture, stands);
    }
    const grounds = (): Grounds => ({
      expectation: this.#options.strategist.expectationOf?.(this.name, architecture),
      joinsBelowMs: this.search.decisionMsOf(architecture) ?? Infinity,
      measured: this.search.spent.measured,
    });
    return !this.#secondLook.holds(architecture, end, grounds) && this.#tell(architecture, end);
  }

  #tell(architecture: string, end: LaneEnd): boolean {
    return this.search.end(architecture, end) && this.#record(architecture, end);
  }

  /** Only what counts: of two looks the one that stands. */
  #record(architecture: string, end: LaneEnd): true {
    if ('sessionMediansMs' in end) this.findings.add(architecture, end);
    return true;
  }

  /** Takes over a job of an earlier process that measures a candidate again; in the order of sequence, before anything ends. */
  adoptAgain(record: ConfirmationRecord): void {
    this.#measuredAgain = Math.max(this.#measuredAgain, record.sequence + 1);
    if (record.round === secondLookRound) this.#secondLook.adopt(record);
    else this.confirmation.adopt(record);
  }

  /** Takes over from an earlier process. */
  adopt(proposal: Proposal, { job, state }: JobRecord): void {
    this.search.adopt(proposal);
    this.#artifacts.set(proposal.architecture, job.artifact);
    if (state.kind === 'reused') this.#reusedFrom.set(proposal.architecture, state.jobId);
  }

  submit(job: Job): void {
    const { searchId, spec, parts } = this.#options;
    parts.engine.dispatch({
      kind: 'job-submitted',
      job,
      owner: { ownerId: searchId, priority: spec.priority, weight: spec.weight },
    });
  }

  /** In the order of proposal, so that what a crash loses is the newest proposals and leaves no gap among the older ones. */
  async #submit(
    proposal: Proposal,
    building: Promise<Result<PreparedModel, CandidateFault | BuildFailure>>,
  ): Promise<void> {
    if (this.#options.isStopped()) return;
    const built = await building;
    if (this.#options.isStopped()) return;
    const failure = built.ok || built.error.kind === 'candidate-fault' ? undefined : built.error;
    this.#options.onBuilt(failure);
    if (!built.ok) {
      this.#end(
        proposal,
        failure === undefined ? { kind: 'infeasible', violation: Infinity } : { kind: 'abandoned' },
      );
      return;
    }
    const job = this.#jobOf(proposal, built.value.artifact);
    this.#artifacts.set(proposal.architecture, built.value.artifact);
    const settled = await this.#settle(built.value, job);
    await this.#save(proposal, job, settled);
    if (settled !== undefined) {
      this.#end(proposal, settled.end);
      return;
    }
    this.submit(job);
    this.#options.onChange();
  }

  /** What is known of the candidate without a device: that it breaks a limit, or a measurement that was made before. */
  async #settle(built: PreparedModel, job: Job): Promise<Settled | undefined> {
    const violation = violationOfBuilt(this.#options.target.constraints, {
      ...built.costs,
      modelBytes: built.artifact.sizeBytes,
    });
    if (violation !== undefined) {
      const fault = candidateFault(
        'invalid-model',
        `not measured: ${violation.reasons.join('; ')}`,
      );
      return {
        state: { kind: 'excluded', fault, violation: violation.amount },
        end: { kind: 'infeasible', violation: violation.amount },
      };
    }
    const earlier = this.#options.spec.fresh
      ? undefined
      : await findEarlierMeasurement(job, this.#options.parts.ledger);
    if (earlier === undefined) return undefined;
    return {
      state: { kind: 'reused', jobId: earlier.jobId },
      end: { kind: 'reused', fromJobId: earlier.jobId, ...observedIn(earlier.measurement) },
    };
  }

  #end({ architecture }: Proposal, end: LaneEnd): void {
    this.end(this.jobIdOf(architecture), architecture, end);
    this.#options.onChange();
  }

  async #save(proposal: Proposal, job: Job, settled: Settled | undefined): Promise<void> {
    const { searchId, spec, parts } = this.#options;
    const candidate = {
      searchId,
      target: this.name,
      sequence: proposal.sequence,
      architecture: proposal.architecture,
      jobId: job.jobId,
    };
    const record: JobRecord = {
      job,
      ownerId: searchId,
      priority: spec.priority,
      weight: spec.weight,
      state: { kind: 'open' },
      endedSequence: null,
    };
    await parts.ledger.candidates.save(
      candidate,
      record,
      settled && { state: settled.state, atMs: parts.clock.nowMs() },
    );
    this.#options.onSaved(proposal.architecture, job.jobId);
  }

  #jobOf(proposal: Proposal, artifact: Artifact): Job {
    const { target, spec } = this.#options;
    // Where one front is over all targets, being dominated on this one decides nothing.
    const decisionMs =
      fleetAimOf(spec) === undefined
        ? this.search.decisionMsOf(proposal.architecture)
        : target.constraints.latencyMsMax;
    return {
      jobId: this.jobIdOf(proposal.architecture),
      target: target.target,
      artifact,
      plan: {
        ...spec.plan,
        ...(decisionMs === undefined ? {} : { decisionMs }),
        ...(spec.fresh ? { again: true } : {}),
      },
    };
  }
}
