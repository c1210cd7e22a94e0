import { assert } from '../../../common/assert';
import { judgeFleet, type TargetVerdict } from '../../../search/joint/fleet_evaluation';
import { FleetFront } from '../../../search/joint/fleet_front';
import type { FleetAim } from '../../../search/joint/fleet_latency';
import type { Ask, Proposal } from '../../../search/strategy';
import type { Strategist, Word } from './strategist';

/** The name under which the strategy of a whole fleet is asked. */
export const wholeFleet = 'all targets';
/** Proposals that a target may be ahead of the slowest: more would be chosen without what should guide them. */
const mostAhead = 32;

interface FleetStrategistOptions {
  readonly inner: Strategist;
  readonly aim: FleetAim;
  readonly targets: readonly string[];
  /** Whether a target takes another proposal: `full` while what it has on its way fills its budget, `finished` never again. */
  readonly standingOf: (target: string) => 'open' | 'full' | 'finished';
}

/**
 * One strategy for all targets of a search: each of them measures the same architectures, in the same order, and the strategy hears of one when all have
 * ended. It ends when the first target has spent its budget and the others have caught up.
 */
export class FleetStrategist implements Strategist {
  readonly front = new FleetFront();
  readonly #options: FleetStrategistOptions;
  readonly #proposals: Proposal[] = [];
  /** How many of the proposals each target has taken. */
  readonly #taken = new Map<string, number>();
  readonly #verdicts = new Map<string, Map<string, TargetVerdict>>();
  #asking: Promise<'exhausted' | 'later' | 'proposed'> | undefined;

  constructor(options: FleetStrategistOptions) {
    this.#options = options;
  }

  hear(target: string, word: Word): void {
    if (word.kind === 'adopt') this.#adopt(target, word.proposal);
    else
      this.#judge(target, word.architecture, word.kind === 'tell' ? word.evaluation : 'withdrawn');
  }

  async ask(target: string): Promise<Ask> {
    for (;;) {
      const taken = this.#takenBy(target);
      const next = this.#proposals[taken];
      const behind = this.#options.targets
        .filter((each) => each !== target && this.#takenBy(each) <= taken)
        .map((each) => this.#options.standingOf(each));
      if (behind.includes('finished')) return 'exhausted';
      // Nobody measures what another may have no budget for.
      if (behind.includes('full')) return 'later';
      if (next !== undefined) {
        this.#taken.set(target, taken + 1);
        return next;
      }
      if (
        taken - Math.min(...this.#options.targets.map((each) => this.#takenBy(each))) >=
        mostAhead
      )
        return 'later';
      const answer = await (this.#asking ??= this.#askInner());
      if (answer !== 'proposed') return answer;
    }
  }

  close(): void {
    this.#options.inner.close();
  }

  async #askInner(): Promise<'exhausted' | 'later' | 'proposed'> {
    try {
      const answer = await this.#options.inner.ask(wholeFleet);
      if (typeof answer !== 'object') return answer;
      this.#proposals.push(answer);
      return 'proposed';
    } finally {
      this.#asking = undefined;
    }
  }

  #takenBy(target: string): number {
    return this.#taken.get(target) ?? 0;
  }

  /** Proposals come in rising sequence, each once from every target that took it. */
  #adopt(target: string, proposal: Proposal): void {
    const taken = this.#takenBy(target);
    const known = this.#proposals[taken];
    if (known === undefined) {
      this.#proposals.push(proposal);
      this.#options.inner.hear(wholeFleet, { kind: 'adopt', proposal });
    } else {
      assert(
        known.sequence === proposal.sequence && known.architecture === proposal.architecture,
        `proposal ${String(proposal.sequence)} is the same on every target`,
      );
    }
    this.#taken.set(target, taken + 1);
  }

  #judge(target: string, architecture: string, verdict: TargetVerdict): void {
    const { aim, targets, inner } = this.#options;
    const verdicts = this.#verdicts.get(architecture) ?? new Map<string, TargetVerdict>();
    this.#verdicts.set(architecture, verdicts.set(target, verdict));
    const all = targets.map((each) => verdicts.get(each)).filter((each) => each !== undefined);
    if (all.length < targets.length) return;
    this.#verdicts.delete(architecture);
    const judged = judgeFleet(aim, all);
    if (judged === 'withdrawn') {
      inner.hear(wholeFleet, { kind: 'withdraw', architecture });
      return;
    }
    const { evaluation, latenciesMs } = judged;
    if (evaluation.kind === 'measured' && evaluation.violation === 0 && latenciesMs !== undefined) {
      this.front.insert({
        architecture,
        accuracyPercent: 100 - (evaluation.objectives.at(-1) ?? 0),
        latenciesMs,
        objectives: evaluation.objectives,
      });
    }
    inner.hear(wholeFleet, { kind: 'tell', architecture, evaluation });
  }
}
