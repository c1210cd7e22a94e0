import { assert } from '../../../common/assert';
import { createRandom } from '../../../common/random';
import { createStrategy, type OwnStrategySpec } from '../create_strategy';
import type { Evaluation, Strategy } from '../strategy';
import { drawSpeeds, type DeviceSpeeds } from './device_speeds';
import { measurementMs, SimulatedFleet } from './fleet';
import type { RecordedNetwork, Recording } from './recording';
import { TrueFront } from './true_front';

/** Equal for all runs of a simulation. */
export interface SimulationConditions {
  readonly budget: number;
  /** Relative standard deviation of a measured latency. */
  readonly noise: number;
  readonly devices: DeviceSpeeds;
  /** Simulated time that a proposal takes. */
  readonly proposalMs: number;
  /** A run ends once it has this share of the true hypervolume; above 1 = when its budget is spent. */
  readonly stopAtShare: number;
}

export interface SimulatedRun {
  /** Share of the true hypervolume after each measurement, in the order in which they ended. */
  readonly shares: readonly number[];
  /** Simulated. */
  readonly endsAtMs: readonly number[];
  readonly utilization: number | undefined;
  readonly duplicates: number;
  /** Real time that the strategy took for each proposal, what it did when told included. */
  readonly proposalMs: number;
}

/**
 * One strategy on one target of a table, by a simulated clock: pure but for `readClockMs`, from which nothing but `proposalMs` follows. The strategy
 * sees latencies with noise; what it found is judged by what is true of the networks that it measured.
 */
export function simulateRun(recording: Recording, { strategy: spec, target }: { readonly strategy: OwnStrategySpec; readonly target: number }, conditions: SimulationConditions, readClockMs: () => number): SimulatedRun {
  const { budget, devices, proposalMs, stopAtShare } = conditions;
  const networkOf = (architecture: string): RecordedNetwork => {
    const network = recording.networks.get(architecture);
    assert(network !== undefined, `${architecture} is in the table`);
    return network;
  };
  const trueLatencyMs = (architecture: string): number => networkOf(architecture).latenciesMs[target] ?? Number.NaN;
  const front = new TrueFront(Array.from(recording.networks.values(), ({ latenciesMs, errorPercent }) => [latenciesMs[target] ?? Number.NaN, errorPercent]));
  const strategy = new TimedStrategy(createStrategy(spec, { space: recording.space, errorPercentOf: (architecture) => networkOf(architecture).errorPercent, latencyMsMax: undefined }), readClockMs);
  const fleet = new SimulatedFleet(strategy, {
    speeds: drawSpeeds(devices, spec.seed),
    budget,
    proposalMs,
    evaluate: (architecture) => ({ kind: 'measured', violation: 0, objectives: [noisy(trueLatencyMs(architecture), architecture, { seed: spec.seed, noise: conditions.noise }), networkOf(architecture).errorPercent] }),
    durationMs: (architecture) => measurementMs(trueLatencyMs(architecture)),
  });
  const countShare = front.startCount();
  const [shares, endsAtMs]: [number[], number[]] = [[], []];
  for (let ended = fleet.next(); ended !== undefined; ended = fleet.next()) {
    const share = countShare([trueLatencyMs(ended.architecture), networkOf(ended.architecture).errorPercent]);
    shares.push(share);
    endsAtMs.push(ended.endsAtMs);
    if (share >= stopAtShare) break;
  }
  return { shares, endsAtMs, utilization: fleet.utilization, duplicates: strategy.duplicates, proposalMs: strategy.meanMs };
}

/** Log-normal. A network's noise does not depend on when it is measured. */
function noisy(latencyMs: number, architecture: string, { seed, noise }: { readonly seed: number; readonly noise: number }): number {
  return latencyMs * Math.exp(noise * createRandom(`${seed}/noise/${architecture}`).normal());
}

/** Adds up how long a strategy takes. */
class TimedStrategy implements Strategy {
  readonly #strategy: Strategy;
  readonly #readClockMs: () => number;
  #totalMs = 0;
  #proposals = 0;

  constructor(strategy: Strategy, readClockMs: () => number) {
    this.#strategy = strategy;
    this.#readClockMs = readClockMs;
  }

  get duplicates(): number {
    return this.#strategy.duplicates;
  }

  get meanMs(): number {
    return this.#proposals === 0 ? 0 : this.#totalMs / this.#proposals;
  }

  ask(): ReturnType<Strategy['ask']> {
    const answer = this.#timed(() => this.#strategy.ask());
    if (typeof answer === 'object') this.#proposals += 1;
    return answer;
  }

  adopt(proposal: Parameters<Strategy['adopt']>[0]): void {
    this.#strategy.adopt(proposal);
  }

  tell(architecture: string, evaluation: Evaluation): void {
    this.#timed(() => this.#strategy.tell(architecture, evaluation));
  }

  withdraw(architecture: string): void {
    this.#strategy.withdraw(architecture);
  }

  #timed<Value>(action: () => Value): Value {
    const startMs = this.#readClockMs();
    const value = action();
    this.#totalMs += this.#readClockMs() - startMs;
    return value;
  }
}
