import type { Space } from '../../model/space/space';
import { assert } from '../../common/assert';
import { createRandom, type Random } from '../../common/random';
import type { Expectation } from '../strategy/expectation';
import type { PastTarget } from '../strategy/past_target';
import { ProposalLog, proposalRandom } from '../strategy/proposal_log';
import type { Point } from '../front/point';
import type { Ask, Evaluation, KnownError, Proposal, Strategy } from '../strategy/strategy';
import { Acquisition } from './acquisition';
import type { Candidate } from './candidate';
import { createCandidatePool, type CandidatePool } from './candidate_pool';
import { Feasibility } from './feasibility';
import { firstPoint, guessCosts, spread, spreadOutwards } from './first_points';
import { LatencyModel, type MeasuredLatency } from './latency_model';
import { TransferFeatures } from './transfer_features';
import { asOneLatency, type MeasuredNetwork } from './measured_network';
import { createTeacher, type Teacher } from './teacher';

interface SurrogateOptions {
  readonly seed: number;
  /** Known without measuring. */
  readonly errorPercentOf: (architecture: string) => number;
  /** What is slower does not count. */
  readonly latencyMsMax: number | undefined;
  /** What other targets of the same search can teach now. */
  readonly otherTargets?: () => readonly Teacher[];
  /** Targets of earlier searches to learn from. */
  readonly past?: readonly PastTarget[];
}

/** Proposals that are made without a model: enough for a sum of costs to be fitted. */
const firstPoints = 10;
/** The same where the space tells no costs: guesses of them are poor, so the sooner measurements replace them the better. */
const firstUntoldPoints = 5;
/** The same where other targets say what costs. */
const firstTaughtPoints = 5;
/** Each costs a model of its own, and says less that is new than the one before. */
const mostTeachers = 4;
/** A model needs as many. */
const fewestMeasured = 4;
/** A target teaches others from so many on, and anew when it has a quarter more. */
const fewestTaught = 10;
const taughtGrowth = 1.25;

/**
 * Learns the target's latency and proposes what is expected to add most to the hypervolume (docs/search.md says how). What it has been told is
 * learned from in its order; what is pending is taken to come out as expected. A model is made anew after each tell, from nothing but the tells.
 */
export class Surrogate implements Strategy {
  readonly duplicates = 0;
  readonly #options: SurrogateOptions;
  readonly #log: ProposalLog;
  readonly #pool: CandidatePool;
  #measured: MeasuredNetwork[] = [];
  #failed: Candidate[] = [];
  readonly #pending = new Map<string, Candidate>();
  readonly #expectations = new Map<string, Expectation>();
  #acquisition: Acquisition | undefined;
  #transfer: TransferFeatures | undefined;
  #heardOf: readonly Teacher[] = [];
  readonly #past: readonly Teacher[];
  #teacher: { readonly teacher: Teacher; readonly measured: number } | undefined;

  constructor(space: Space, options: SurrogateOptions) {
    this.#options = options;
    this.#log = new ProposalLog(space);
    this.#pool = createCandidatePool(space, options.errorPercentOf);
    this.#past = (options.past ?? [])
      .filter(({ measured }) => measured.length >= fewestTaught)
      .map(({ measured }) =>
        this.#teacherOf(
          measured.map(({ architecture, latencyMs }) => ({
            candidate: this.#pool.candidateOf(architecture),
            latencyMs,
            relativeNoise: 0,
          })),
        ),
      );
  }

  ask(): Ask {
    const sequence = this.#log.nextSequence;
    const random = proposalRandom(this.#options.seed, sequence);
    this.#attend();
    const isFirst =
      sequence <
        (this.#heardOf.length > 0
          ? firstTaughtPoints
          : this.#pool.isTold
            ? firstPoints
            : firstUntoldPoints) || this.#measured.length < fewestMeasured;
    const architecture =
      (isFirst ? this.#first(sequence, random) : this.#best())?.architecture ??
      this.#log.drawUnseen(random);
    if (architecture === undefined) return 'exhausted';
    const expectation =
      isFirst || this.#isFleet ? undefined : this.#acquisition?.expectationOf(architecture);
    if (expectation !== undefined) this.#expectations.set(architecture, expectation);
    const proposal = this.#log.add(architecture);
    this.#pending.set(architecture, this.#pool.candidateOf(architecture));
    return proposal;
  }

  expectationOf(architecture: string): Expectation | undefined {
    return this.#expectations.get(architecture);
  }

  adopt(proposal: Proposal): void {
    this.#log.adopt(proposal);
    this.#pending.set(proposal.architecture, this.#pool.candidateOf(proposal.architecture));
  }

  tell(architecture: string, evaluation: Evaluation): void {
    this.#end(architecture);
    const candidate = this.#pool.candidateOf(architecture);
    if (evaluation.kind === 'infeasible') {
      this.#failed.push(candidate);
      return;
    }
    const latenciesMs = evaluation.objectives.slice(0, -1);
    assert(
      latenciesMs.length > 0 &&
        latenciesMs.every((latencyMs) => latencyMs > 0 && latencyMs < Infinity),
      'latencies are numbers above zero',
    );
    this.#measured.push({
      candidate,
      latenciesMs,
      relativeNoise: evaluation.relativeNoise ?? 0,
      deviceSerial: evaluation.deviceSerial,
      isValid: evaluation.violation === 0,
    });
  }

  learn(errors: readonly KnownError[]): void {
    this.#pool.learn(errors);
    const anew = ({ architecture }: Candidate): Candidate => this.#pool.candidateOf(architecture);
    this.#measured = this.#measured.map((each) => ({ ...each, candidate: anew(each.candidate) }));
    this.#failed = this.#failed.map(anew);
    for (const [architecture, candidate] of this.#pending)
      this.#pending.set(architecture, anew(candidate));
    this.#acquisition = undefined;
    this.#transfer = undefined;
  }

  withdraw(architecture: string): void {
    this.#end(architecture);
  }

  /** What this target has to say to others; undefined while that is too little. */
  get teacher(): Teacher | undefined {
    let count = fewestTaught;
    if (this.#measured.length < count || this.#isFleet) return undefined;
    while (Math.floor(count * taughtGrowth) <= this.#measured.length)
      count = Math.floor(count * taughtGrowth);
    if (this.#teacher?.measured !== count)
      this.#teacher = {
        teacher: this.#teacherOf(asOneLatency(this.#measured.slice(0, count), createRandom(''))),
        measured: count,
      };
    return this.#teacher.teacher;
  }

  get #isFleet(): boolean {
    return (this.#measured[0]?.latenciesMs.length ?? 1) > 1;
  }

  #teacherOf(measured: readonly MeasuredLatency[]): Teacher {
    return createTeacher(measured, (architecture) => this.#pool.candidateOf(architecture));
  }

  /** Takes up what the teachers say now. */
  #attend(): TransferFeatures {
    const teachers = [...this.#past, ...(this.#options.otherTargets?.() ?? [])].slice(
      0,
      mostTeachers,
    );
    const isKnown =
      teachers.length === this.#heardOf.length &&
      teachers.every((teacher, index) => teacher === this.#heardOf[index]);
    if (this.#transfer !== undefined && isKnown) return this.#transfer;
    this.#heardOf = teachers;
    this.#acquisition = undefined;
    this.#transfer = new TransferFeatures(teachers, this.#pool.sample);
    return this.#transfer;
  }

  #end(architecture: string): void {
    this.#log.sequenceOf(architecture);
    this.#pending.delete(architecture);
    this.#expectations.delete(architecture);
    this.#acquisition = undefined;
  }

  #first(sequence: number, random: Random): Candidate | undefined {
    const transfer = this.#attend();
    const guess = guessCosts(random);
    const cost =
      this.#heardOf.length > 0 ? (candidate: Candidate): number => transfer.cost(candidate) : guess;
    const found = this.#pool.find(cost, [], random).filter((candidate) => this.#isOpen(candidate));
    return firstPoint(
      found,
      cost,
      this.#heardOf.length > 0 || this.#pool.isTold ? spread(sequence) : spreadOutwards(sequence),
    );
  }

  #best(): Candidate | undefined {
    const transfer = this.#attend();
    const pending = Array.from(this.#pending.values(), (candidate) =>
      transfer.augmented(candidate),
    );
    // Over several targets each proposal has a direction of its own.
    if (this.#isFleet || this.#acquisition?.believe(pending) !== true) {
      this.#acquisition = this.#prepare(pending, transfer);
      this.#acquisition.believe(pending);
    }
    return this.#acquisition.best((candidate) => this.#isOpen(candidate));
  }

  #isOpen({ architecture }: Candidate): boolean {
    return !this.#log.has(architecture);
  }

  #prepare(pending: readonly Candidate[], transfer: TransferFeatures): Acquisition {
    const { seed, latencyMsMax } = this.#options;
    const latencies = asOneLatency(
      this.#measured,
      createRandom(`${String(seed)}/direction/${String(this.#log.nextSequence)}`),
    );
    const model = new LatencyModel(
      latencies.map((each) => ({ ...each, candidate: transfer.augmented(each.candidate) })),
    );
    const invalid = new Set(
      this.#measured
        .filter(({ isValid }) => !isValid)
        .map(({ candidate }) => candidate.architecture),
    );
    const front = model
      .settled()
      .filter(
        ({ candidate, latencyMs }) =>
          latencyMs <= (latencyMsMax ?? Infinity) && !invalid.has(candidate.architecture),
      )
      .map(({ candidate, latencyMs }): Point => [latencyMs, candidate.errorPercent]);
    const known = this.#measured.map(({ candidate }) => candidate);
    const random = createRandom(
      `${String(seed)}/candidates/${String(this.#measured.length + this.#failed.length)}`,
    );
    const pool = this.#pool
      .find((candidate) => Math.exp(model.mean(transfer.augmented(candidate))), known, random)
      .map((candidate) => transfer.augmented(candidate));
    return new Acquisition(
      { model, pool, front, latencyMsMax, feasibility: new Feasibility(known, this.#failed) },
      pending,
    );
  }
}
