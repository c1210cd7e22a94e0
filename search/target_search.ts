import { isSpent, type Budget, type Spending } from './budget';
import { Front, pointOf, type FrontMember } from './front';
import type { SharedBudget } from './shared_budget';
import type { Constraints } from './spec';
import type { Ask, Evaluation, Proposal, Strategy } from './strategy';
import { violationOfMeasured, type Observed } from './violation';

export interface TargetSearchOptions {
  /** Is told of all that happens; who asks it is the caller. */
  readonly strategy: Pick<Strategy, 'adopt' | 'tell' | 'withdraw'>;
  readonly budget: Budget;
  readonly constraints: Constraints;
  readonly accuracyPercentOf: (architecture: string) => number;
  /** The budget is of all that share it together, and `isServed` says whether devices are there. */
  readonly shared?: { readonly budget: SharedBudget; readonly isServed: () => boolean };
}

/** What became of a proposal. */
export type CandidateEnd =
  /** `deviceMs`: how long the device was at it. */
  | ({ readonly kind: 'measured'; readonly deviceMs: number } & Observed)
  /** As measured by another job: no device was asked. */
  | ({ readonly kind: 'reused'; readonly fromJobId: string } & Observed)
  /** It cannot run there (`violation` is Infinity), or breaks limits that show when it is built. */
  | { readonly kind: 'infeasible'; readonly violation: number }
  /** The farm failed it. */
  | { readonly kind: 'abandoned' };

export interface TargetProgress {
  readonly budget: Budget;
  /** Of the budget: this target's own, or of all that share it. */
  readonly spent: Omit<Spending, 'wallMs'>;
  readonly phoneMs: number;
  readonly measured: number;
  readonly reused: number;
  readonly infeasible: number;
  readonly abandoned: number;
  readonly inFlight: number;
  readonly hypervolume: number;
  /** From now on it can only grow: before, what it is a share of moves. */
  readonly isHypervolumeSteady: boolean;
  readonly frontSize: number;
}

/** Proposals in all for each measurement of the budget: a target on which nearly everything fails must end too. */
const proposalsPerMeasurement = 10;
/** The same where time is the only limit: for each measurement made, and to begin with. */
const firstProposals = 1_000;

/** One search on one target, pure: proposals out, ends in, until the budget is spent or the space has no more. */
export class TargetSearch {
  readonly #options: TargetSearchOptions;
  readonly #pending = new Set<string>();
  readonly #front = new Front();
  readonly #uncertain: FrontMember[] = [];
  readonly #certain: FrontMember[] = [];
  #hypervolumes: number[] = [];
  /** What the front was offered while its reference moved; undefined where the result was none for it. */
  readonly #early: (FrontMember | undefined)[] = [];
  readonly #ended = { measured: 0, reused: 0, infeasible: 0, abandoned: 0 };
  #budget: Budget;
  #phoneMs = 0;
  #wallMs = 0;
  #isExhausted = false;
  #isAsking = false;

  constructor(options: TargetSearchOptions) {
    this.#options = options;
    this.#budget = options.budget;
    options.shared?.budget.join(this);
  }

  /** Tells how long the search has been running. What it proposed stays proposed, so a restart need not repeat the moments. */
  advance(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** From now on this is the budget; a search that was finished may go on. */
  setBudget(budget: Budget): void {
    this.#budget = budget;
    // A strategy over several targets has no more once the first of them has spent its budget.
    this.#isExhausted = false;
  }

  get budget(): Budget {
    return this.#budget;
  }

  /** Whether the strategy is to be asked for one more: fewer than `largestInFlight` are on their way and the budget has room. */
  hasRoom(largestInFlight: number): boolean {
    const shared = this.#options.shared?.budget;
    if (
      this.#isExhausted ||
      this.#pending.size >= largestInFlight ||
      shared?.favours(this) === false
    )
      return false;
    return !this.#isSpent(shared?.inFlight ?? this.inFlight);
  }

  /** Keeps room for the answer of a strategy that is being asked, so that nobody else spends it. */
  reserve(): void {
    this.#isAsking = true;
  }

  /** Takes the strategy's answer, or that there is none. */
  take(answer: Ask): Proposal | undefined {
    this.#isAsking = false;
    if (answer === 'exhausted') this.#isExhausted = true;
    if (answer === 'exhausted' || answer === 'later') return undefined;
    this.#pending.add(answer.architecture);
    return answer;
  }

  /** Takes over a proposal of an earlier process; in rising sequence, before any `take`. */
  adopt(proposal: Proposal): void {
    this.#options.strategy.adopt(proposal);
    this.#pending.add(proposal.architecture);
  }

  /** Returns false, and changes nothing, when the architecture is not pending: ends may be told twice. */
  end(architecture: string, end: CandidateEnd): boolean {
    if (!this.#pending.delete(architecture)) return false;
    this.#ended[end.kind] += 1;
    if (end.kind === 'measured') this.#phoneMs += end.deviceMs;
    if (end.kind === 'abandoned') this.#options.strategy.withdraw(architecture);
    else
      this.#options.strategy.tell(
        architecture,
        end.kind === 'infeasible' ? end : this.#record(architecture, end),
      );
    return true;
  }

  /** Whether it takes another proposal: `full` while what is on its way fills the budget. */
  get standing(): 'open' | 'full' | 'finished' {
    if (this.isFinished) return 'finished';
    return this.#isSpent(this.inFlight) ? 'full' : 'open';
  }

  /** The space has no more to propose. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Nothing is pending and nothing more will be proposed. */
  get isFinished(): boolean {
    return this.inFlight === 0 && (this.#isExhausted || this.#isSpent(0));
  }

  /** Non-dominated among what was measured and keeps the constraints; fastest first. */
  get front(): readonly FrontMember[] {
    return this.#front.members;
  }

  /** Keeps the constraints and would join the front, were its latency known to better than its own size; fastest first. */
  get uncertain(): readonly FrontMember[] {
    const joins = this.#uncertain.filter(
      ({ latencyMs, accuracyPercent }) => latencyMs < this.#front.joinsBelowMs(accuracyPercent),
    );
    return joins.sort((a, b) => a.latencyMs - b.latencyMs);
  }

  /** All that keeps the constraints and is known well enough, on the front or dominated. */
  get certain(): readonly FrontMember[] {
    return this.#certain;
  }

  /** As the search's hypervolume, of these only. */
  hypervolumeOf(members: readonly FrontMember[]): number {
    return this.#front.hypervolumeOf(members);
  }

  /** The latency below which an architecture would join the front now, the limit on latency being kept; undefined when it joins at any. */
  decisionMsOf(architecture: string): number | undefined {
    const { constraints, accuracyPercentOf } = this.#options;
    const decisionMs = Math.min(
      this.#front.joinsBelowMs(accuracyPercentOf(architecture)),
      constraints.latencyMsMax ?? Infinity,
    );
    return decisionMs === Infinity ? undefined : decisionMs;
  }

  /** The hypervolume after each measurement, reused ones included. */
  get hypervolumes(): readonly number[] {
    return this.#hypervolumes;
  }

  /** In measurements made for this target, and the time of its devices. */
  get spent(): Omit<Spending, 'wallMs'> {
    return { measured: this.#ended.measured, phoneMs: this.#phoneMs };
  }

  get inFlight(): number {
    return this.#pending.size + (this.#isAsking ? 1 : 0);
  }

  get isAble(): boolean {
    return !this.#isExhausted && !this.#isTried && this.#options.shared?.isServed() !== false;
  }

  progress(): TargetProgress {
    return {
      budget: this.#budget,
      spent: this.#options.shared?.budget.spent ?? this.spent,
      phoneMs: this.#phoneMs,
      ...this.#ended,
      inFlight: this.#pending.size,
      hypervolume: this.#hypervolumes.at(-1) ?? 0,
      isHypervolumeSteady: this.#front.hasReference,
      frontSize: this.#front.members.length,
    };
  }

  /** If so many more were measured. */
  #isSpent(inFlight: number): boolean {
    const spent = this.#options.shared?.budget.spent ?? this.spent;
    return this.#isTried || isSpent(this.#budget, { ...spent, wallMs: this.#wallMs }, inFlight);
  }

  /** More has been proposed than the measurements account for: next to nothing works here. */
  get #isTried(): boolean {
    const { measured, reused, infeasible, abandoned } = this.#ended;
    const { measurements } = this.#budget;
    const most =
      measurements === undefined
        ? firstProposals + measured * proposalsPerMeasurement
        : measurements * proposalsPerMeasurement;
    return measured + reused + infeasible + abandoned + this.#pending.size >= most;
  }

  #record(architecture: string, observed: Observed): Evaluation {
    const { constraints, accuracyPercentOf } = this.#options;
    const member = {
      architecture,
      latencyMs: observed.latencyMs,
      accuracyPercent: accuracyPercentOf(architecture),
    };
    const violation = violationOfMeasured(constraints, observed);
    const isCertain = observed.isUncertain !== true;
    if (violation === 0 && isCertain) this.#certain.push(member);
    if (violation === 0 && !isCertain) this.#uncertain.push(member);
    this.#keepHypervolume(violation === 0 && isCertain ? member : undefined);
    return {
      kind: 'measured',
      objectives: pointOf(member),
      violation,
      relativeNoise: observed.relativeNoise,
      deviceSerial: observed.deviceSerial,
    };
  }
  /** By one reference for all moments: while it moves, those before are told anew, so that what was measured later makes none of them less. */
  #keepHypervolume(member: FrontMember | undefined): void {
    const isMoving = !this.#front.hasReference;
    if (member !== undefined) this.#front.insert(member);
    if (!isMoving) {
      // Sums in another order differ in their last digit.
      this.#hypervolumes.push(Math.max(this.#front.hypervolume, this.#hypervolumes.at(-1) ?? 0));
      return;
    }
    this.#early.push(member);
    this.#hypervolumes = this.#front.hypervolumesOf(this.#early);
  }
}
