import { createHash } from 'node:crypto';
import type { Artifact } from '../../common/artifact';
import { candidateFault } from '../../common/fault';
import type { Job } from '../../common/job';
import type { BuiltModel } from '../build/candidate_builder';
import type { BuildFailure } from '../build/build_request';
import type { Result } from '../../common/result';
import type { JobEnding, JobRecord } from '../ledger/ledger';
import { createStrategy } from '../search/create_strategy';
import type { SearchSpec, TargetSpec } from '../search/spec';
import type { Proposal } from '../search/strategy';
import { TargetSearch, type CandidateEnd } from '../search/target_search';
import { violationOfBuilt } from '../search/violation';
import { admittedSpace } from './feasibility';
import { findEarlierMeasurement } from './measurement_cache';
import { observedIn } from './observed';
import type { SearchParts } from './search_parts';

/** Candidates on their way for each device unless the user says otherwise: one measured, one waiting for its turn. */
const candidatesPerDevice = 2;
/** What a lane keeps on its way at most by itself: more would be chosen long before the results that should guide it. */
const mostOnTheirWay = 128;

export interface LaneOptions {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly target: TargetSpec;
  readonly parts: SearchParts;
  /** The candidate is in the ledger, and from now on the engine may speak of its job. */
  readonly onSaved: (proposal: Proposal, jobId: string) => void;
  /** A candidate was submitted, or ended without a device. */
  readonly onChange: () => void;
  readonly onBuilt: (failure: BuildFailure | undefined) => void;
  readonly isStopped: () => boolean;
}

/** How a candidate ended that no device was asked for: in the ledger's words and in the search's. */
interface Settled {
  readonly state: JobEnding['state'];
  readonly end: CandidateEnd;
}

/** The search on one target: builds what it proposes, keeps it in the ledger, and submits it, in the order of proposal. */
export class TargetLane {
  readonly search: TargetSearch;
  readonly #options: LaneOptions;
  readonly #artifacts = new Map<string, Artifact>();
  readonly #reusedFrom = new Map<string, string>();
  #submissions: Promise<void> = Promise.resolve();

  constructor(options: LaneOptions) {
    const { spec, target, parts } = options;
    const { budget, constraints } = target;
    const accuracyPercentOf = parts.catalog.accuracyPercentOf(spec);
    const space = admittedSpace(spec, constraints, parts.catalog);
    const strategy = createStrategy(spec.strategy, { space, errorPercentOf: (architecture) => 100 - accuracyPercentOf(architecture), latencyMsMax: constraints.latencyMsMax });
    this.#options = options;
    this.search = new TargetSearch({ strategy, budget, constraints, accuracyPercentOf });
  }

  get name(): string {
    return this.#options.target.name;
  }

  /** The job whose measurement stands for the architecture's own; undefined when it was measured for this search. */
  reusedFromJobId(architecture: string): string | undefined {
    return this.#reusedFrom.get(architecture);
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
    const { parts, target, spec } = this.#options;
    const wanted = target.concurrency ?? Math.min(mostOnTheirWay, candidatesPerDevice * Math.max(1, parts.deviceCount(target.target)));
    for (let proposal = this.search.propose(wanted); proposal !== undefined; proposal = this.search.propose(wanted)) {
      const proposed = proposal;
      const building = parts.builder.build({ space: spec.space, architecture: proposed.architecture, ...spec.model });
      // Handled in turn below; until then a rejection must not count as unhandled.
      building.catch(() => undefined);
      this.#submissions = this.#submissions.then(() => this.#submit(proposed, building)).catch((error: unknown) => parts.onFailure(error as Error));
    }
  }

  /** Resolves when nothing is being built or saved any more. */
  async settled(): Promise<void> {
    // Each of them can let another follow.
    for (let awaited: Promise<void> | undefined; awaited !== this.#submissions; ) {
      awaited = this.#submissions;
      await awaited;
    }
  }

  /** Takes over from an earlier process. */
  adopt(proposal: Proposal, { job, state }: JobRecord): void {
    this.search.adopt(proposal);
    this.#artifacts.set(proposal.architecture, job.artifact);
    if (state.kind === 'reused') this.#reusedFrom.set(proposal.architecture, state.jobId);
  }

  submit(job: Job): void {
    const { searchId, spec, parts } = this.#options;
    parts.engine.dispatch({ kind: 'job-submitted', atMs: parts.clock.nowMs(), job, owner: { ownerId: searchId, priority: spec.priority, weight: spec.weight } });
  }

  /** In the order of proposal, so that what a crash loses is the newest proposals and leaves no gap among the older ones. */
  async #submit(proposal: Proposal, building: Promise<Result<BuiltModel, BuildFailure>>): Promise<void> {
    if (this.#options.isStopped()) return;
    const built = await building;
    if (this.#options.isStopped()) return;
    this.#options.onBuilt(built.ok ? undefined : built.error);
    if (!built.ok) {
      this.#end(proposal, { kind: 'abandoned' });
      return;
    }
    const job = this.#jobOf(proposal, built.value.artifact);
    this.#artifacts.set(proposal.architecture, built.value.artifact);
    const settled = await this.#settle(built.value, job);
    if (settled?.state.kind === 'reused') this.#reusedFrom.set(proposal.architecture, settled.state.jobId);
    await this.#save(proposal, job, settled);
    if (settled !== undefined) {
      this.#end(proposal, settled.end);
      return;
    }
    this.submit(job);
    this.#options.onChange();
  }

  /** What is known of the candidate without a device: that it breaks a limit, or a measurement that was made before. */
  async #settle(built: BuiltModel, job: Job): Promise<Settled | undefined> {
    const violation = violationOfBuilt(this.#options.target.constraints, { ...built, modelBytes: built.artifact.sizeBytes });
    if (violation !== undefined) {
      const fault = candidateFault('invalid-model', `not measured: ${violation.reasons.join('; ')}`);
      return { state: { kind: 'excluded', fault, violation: violation.amount }, end: { kind: 'infeasible', violation: violation.amount } };
    }
    const earlier = this.#options.spec.fresh ? undefined : await findEarlierMeasurement(job, this.#options.parts.ledger);
    if (earlier === undefined) return undefined;
    return { state: { kind: 'reused', jobId: earlier.jobId }, end: { kind: 'reused', ...observedIn(earlier.measurement) } };
  }

  #end(proposal: Proposal, end: CandidateEnd): void {
    this.search.end(proposal.architecture, end);
    this.#options.onChange();
  }

  async #save(proposal: Proposal, job: Job, settled: Settled | undefined): Promise<void> {
    const { searchId, spec, parts } = this.#options;
    const candidate = { searchId, target: this.name, sequence: proposal.sequence, architecture: proposal.architecture, jobId: job.jobId };
    const record: JobRecord = { job, ownerId: searchId, priority: spec.priority, weight: spec.weight, state: { kind: 'open' }, endedSequence: null };
    await parts.ledger.saveCandidate(candidate, record, settled && { state: settled.state, atMs: parts.clock.nowMs() });
    this.#options.onSaved(proposal, job.jobId);
  }

  #jobOf(proposal: Proposal, artifact: Artifact): Job {
    return { jobId: this.jobIdOf(proposal.architecture), target: this.#options.target.target, artifact, plan: this.#options.spec.plan };
  }
}
