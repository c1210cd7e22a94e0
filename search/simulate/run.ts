import { assert } from '../../common/assert';
import { createRandom } from '../../common/random';
import { createStrategy, type OwnStrategySpec } from '../strategies/create_strategy';
import type { PastTarget } from '../strategy/past_target';
import type { Evaluation, Strategy } from '../strategy/strategy';
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
  /** Another target of the table, which the strategy searches first, to learn from it. */
  readonly teacher?: { readonly target: number; readonly measurements: number };
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

interface SimulatedTask {
  readonly strategy: OwnStrategySpec;
  readonly target: number;
}

/**
 * One strategy on one target of a table, by a simulated clock: pure but for `readClockMs`, from which nothing but `proposalMs` follows. The strategy
 * sees latencies with noise; what it found is judged by what is true of the networks that it measured.
 */
export function simulateRun(
  recording: Recording,
  task: SimulatedTask,
  conditions: SimulationConditions,
  readClockMs: () => number,
): SimulatedRun {
  const { target } = task;
  const { stopAtShare } = conditions;
  const front = new TrueFront(
    Array.from(recording.networks.values(), ({ latenciesMs, errorPercent }) => [
      latenciesMs[target] ?? Number.NaN,
      errorPercent,
    ]),
  );
  const strategy = new TimedStrategy(
    strategyFor(recording, task, pastOf(recording, task, conditions)),
    readClockMs,
  );
  const fleet = fleetOf(recording, task, strategy, conditions);
  const countShare = front.startCount();
  const [shares, endsAtMs]: [number[], number[]] = [[], []];
  for (let ended = fleet.next(); ended !== undefined; ended = fleet.next()) {
    const { latenciesMs, errorPercent } = networkOf(recording, ended.architecture);
    const share = countShare([latenciesMs[target] ?? Number.NaN, errorPercent]);
    shares.push(share);
    endsAtMs.push(ended.endsAtMs);
    if (share >= stopAtShare) break;
  }
  return {
    shares,
    endsAtMs,
    utilization: fleet.utilization,
    duplicates: strategy.duplicates,
    proposalMs: strategy.meanMs,
  };
}

/** What the same strategy measured on the teacher. */
function pastOf(
  recording: Recording,
  { strategy: spec }: SimulatedTask,
  conditions: SimulationConditions,
): readonly PastTarget[] {
  const { teacher } = conditions;
  if (teacher === undefined) return [];
  const task = { strategy: spec, target: teacher.target };
  const fleet = fleetOf(recording, task, strategyFor(recording, task, []), {
    ...conditions,
    budget: teacher.measurements,
  });
  const measured: { architecture: string; latencyMs: number }[] = [];
  for (let ended = fleet.next(); ended !== undefined; ended = fleet.next())
    measured.push({
      architecture: ended.architecture,
      latencyMs: measuredMs(recording, task, ended.architecture, conditions),
    });
  return [{ target: String(teacher.target), measured }];
}

function strategyFor(
  recording: Recording,
  { strategy }: SimulatedTask,
  past: readonly PastTarget[],
): Strategy {
  return createStrategy(strategy, {
    space: recording.space,
    errorPercentOf: (architecture) => networkOf(recording, architecture).errorPercent,
    latencyMsMax: undefined,
    past,
  });
}

function fleetOf(
  recording: Recording,
  task: SimulatedTask,
  strategy: Strategy,
  conditions: SimulationConditions,
): SimulatedFleet {
  return new SimulatedFleet(strategy, {
    speeds: drawSpeeds(conditions.devices, task.strategy.seed),
    budget: conditions.budget,
    proposalMs: conditions.proposalMs,
    evaluate: (architecture) => ({
      kind: 'measured',
      violation: 0,
      objectives: [
        measuredMs(recording, task, architecture, conditions),
        networkOf(recording, architecture).errorPercent,
      ],
    }),
    durationMs: (architecture) =>
      measurementMs(networkOf(recording, architecture).latenciesMs[task.target] ?? Number.NaN),
  });
}

function networkOf(recording: Recording, architecture: string): RecordedNetwork {
  const network = recording.networks.get(architecture);
  assert(network !== undefined, `${architecture} is in the table`);
  return network;
}

/** Log-normal noise. A network's does not depend on when it is measured. */
function measuredMs(
  recording: Recording,
  { strategy, target }: SimulatedTask,
  architecture: string,
  { noise }: SimulationConditions,
): number {
  const latencyMs = networkOf(recording, architecture).latenciesMs[target] ?? Number.NaN;
  return (
    latencyMs * Math.exp(noise * createRandom(`${strategy.seed}/noise/${architecture}`).normal())
  );
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
