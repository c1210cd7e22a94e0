import { assert } from '../../../common/assert';
import { createRandom, type Random } from '../../../common/random';
import { ProposalLog, proposalRandom } from '../proposal_log';
import type { Point } from '../point';
import type { SearchSpace } from '../space';
import type { Ask, Evaluation, Proposal, Strategy } from '../strategy';
import { Acquisition } from './acquisition';
import type { Candidate } from './candidate';
import { createCandidatePool, type CandidatePool } from './candidate_pool';
import { Feasibility } from './feasibility';
import { firstPoint, guessCosts, spread } from './first_points';
import { LatencyModel, type MeasuredLatency } from './latency_model';

export interface SurrogateOptions {
  readonly seed: number;
  /** Known without measuring. */
  readonly errorPercentOf: (architecture: string) => number;
  /** What is slower does not count. */
  readonly latencyMsMax: number | undefined;
}

/** Proposals that are made without a model: enough for a sum of costs to be fitted. */
const firstPoints = 10;
/** A model needs as many. */
const fewestMeasured = 4;

/**
 * Learns the target's latency and proposes what is expected to add most to the hypervolume (docs/search.md says how). What it has been told is
 * learned from in its order; what is pending is taken to come out as expected. A model is made anew after each tell, from nothing but the tells.
 */
export class Surrogate implements Strategy {
  readonly duplicates = 0;
  readonly #options: SurrogateOptions;
  readonly #log: ProposalLog;
  readonly #pool: CandidatePool;
  readonly #measured: MeasuredLatency[] = [];
  readonly #failed: Candidate[] = [];
  readonly #pending = new Map<string, Candidate>();
  #acquisition: Acquisition | undefined;

  constructor(space: SearchSpace, options: SurrogateOptions) {
    this.#options = options;
    this.#log = new ProposalLog(space);
    this.#pool = createCandidatePool(space, options.errorPercentOf);
  }

  ask(): Ask {
    const sequence = this.#log.nextSequence;
    const random = proposalRandom(this.#options.seed, sequence);
    const isFirst = sequence < firstPoints || this.#measured.length < fewestMeasured;
    const architecture = (isFirst ? this.#first(sequence, random) : this.#best())?.architecture ?? this.#log.drawUnseen(random);
    if (architecture === undefined) return 'exhausted';
    const proposal = this.#log.add(architecture);
    this.#pending.set(architecture, this.#pool.candidateOf(architecture));
    return proposal;
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
    const [latencyMs = Number.NaN] = evaluation.objectives;
    assert(latencyMs > 0 && latencyMs < Infinity, 'a latency is a number above zero');
    this.#measured.push({ candidate, latencyMs, relativeNoise: evaluation.relativeNoise ?? 0 });
  }

  withdraw(architecture: string): void {
    this.#end(architecture);
  }

  #end(architecture: string): void {
    this.#log.sequenceOf(architecture);
    this.#pending.delete(architecture);
    this.#acquisition = undefined;
  }

  #first(sequence: number, random: Random): Candidate | undefined {
    const cost = guessCosts(random);
    const found = this.#pool.find(cost, [], random).filter((candidate) => this.#isOpen(candidate));
    return firstPoint(found, cost, spread(sequence));
  }

  #best(): Candidate | undefined {
    const pending = [...this.#pending.values()];
    if (this.#acquisition?.believe(pending) !== true) {
      this.#acquisition = this.#prepare(pending);
      this.#acquisition.believe(pending);
    }
    return this.#acquisition.best((candidate) => this.#isOpen(candidate));
  }

  #isOpen({ architecture }: Candidate): boolean {
    return !this.#log.has(architecture);
  }

  #prepare(pending: readonly Candidate[]): Acquisition {
    const { seed, latencyMsMax } = this.#options;
    const model = new LatencyModel(this.#measured);
    const front = model.settled().filter(({ latencyMs }) => latencyMs <= (latencyMsMax ?? Infinity)).map(({ candidate, latencyMs }): Point => [latencyMs, candidate.errorPercent]);
    const known = this.#measured.map(({ candidate }) => candidate);
    const random = createRandom(`${String(seed)}/candidates/${String(this.#measured.length + this.#failed.length)}`);
    const pool = this.#pool.find((candidate) => model.mean(candidate), known, random);
    return new Acquisition({ model, pool, front, latencyMsMax, feasibility: new Feasibility(known, this.#failed) }, pending);
  }
}
