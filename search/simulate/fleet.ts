import { assert } from '../../common/assert';
import { defaultPlan } from '../../common/job';
import type { Evaluation, Strategy } from '../strategy/strategy';

export interface FleetOptions {
  /** One device for each. */
  readonly speeds: readonly number[];
  /** Proposals in all. */
  readonly budget: number;
  /** Simulated time from a question to its proposal; the strategy answers one after the other. */
  readonly proposalMs: number;
  readonly evaluate: (architecture: string) => Evaluation;
  /** On a device of speed 1. */
  readonly durationMs: (architecture: string) => number;
}

interface SimulatedMeasurement {
  readonly architecture: string;
  readonly device: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Beside the runs of a session: fetching and pushing the model, starting the tool, loading the model, cleaning up. */
const sessionOverheadMs = 1_000;

/** How long a device of speed 1 is at a measurement by the default plan. */
export function measurementMs(latencyMs: number): number {
  const { sessions, warmupRuns, runs } = defaultPlan;
  return sessions * (sessionOverheadMs + (warmupRuns + runs) * latencyMs);
}

/**
 * Devices of unequal speed, each at one measurement at a time, that take the next proposal the moment they are free, by a
 * simulated clock. Devices that wait are served in the order in which they began to; what ends at one moment is told before anything is asked.
 */
export class SimulatedFleet {
  readonly #strategy: Strategy;
  readonly #options: FleetOptions;
  readonly #idle: number[];
  readonly #measurements: SimulatedMeasurement[] = [];
  #running: readonly SimulatedMeasurement[] = [];
  #nowMs = 0;
  #strategyFreeAtMs = 0;
  /** The strategy waits for results. */
  #isWaiting = false;
  /** Since when there has been nothing left to hand out. */
  #satedAtMs: number | undefined;

  constructor(strategy: Strategy, options: FleetOptions) {
    assert(
      options.speeds.length > 0 && options.budget > 0,
      'a fleet has devices and something to measure',
    );
    this.#strategy = strategy;
    this.#options = options;
    this.#idle = [...options.speeds.keys()];
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Goes on until a measurement ends; undefined when all have. */
  next(): { readonly architecture: string; readonly endsAtMs: number } | undefined {
    for (;;) {
      this.#handOut();
      const next = this.#running[0];
      if (next === undefined && !this.#isAsking) return undefined;
      if (
        this.#isAsking &&
        this.#strategyFreeAtMs > this.#nowMs &&
        this.#strategyFreeAtMs < (next?.endsAtMs ?? Infinity)
      ) {
        this.#nowMs = this.#strategyFreeAtMs;
        continue;
      }
      assert(next !== undefined, 'a strategy that waits has something pending');
      return this.#end(next);
    }
  }

  /** Share of device time that went into measurements while there was something left to hand out; undefined when that was one moment. */
  get utilization(): number | undefined {
    const untilMs = this.#satedAtMs ?? this.#nowMs;
    if (untilMs === 0) return undefined;
    const busyMs = this.#measurements.reduce(
      (sum, { startsAtMs, endsAtMs }) =>
        sum + Math.max(0, Math.min(endsAtMs, untilMs) - startsAtMs),
      0,
    );
    return busyMs / (untilMs * this.#options.speeds.length);
  }

  get #isAsking(): boolean {
    return this.#idle.length > 0 && this.#satedAtMs === undefined && !this.#isWaiting;
  }

  #end(measurement: SimulatedMeasurement): SimulatedMeasurement {
    this.#nowMs = measurement.endsAtMs;
    this.#running = this.#running.slice(1);
    this.#strategy.tell(measurement.architecture, this.#options.evaluate(measurement.architecture));
    this.#isWaiting = false;
    this.#idle.push(measurement.device);
    return measurement;
  }

  #handOut(): void {
    while (
      this.#isAsking &&
      this.#strategyFreeAtMs <= this.#nowMs &&
      this.#running[0]?.endsAtMs !== this.#nowMs
    ) {
      const answer = this.#strategy.ask();
      if (answer === 'later') this.#isWaiting = true;
      else if (answer === 'exhausted') this.#satedAtMs = this.#nowMs;
      else this.#start(answer.architecture);
    }
  }

  #start(architecture: string): void {
    const device = this.#idle.shift() ?? 0;
    const startsAtMs = this.#nowMs + this.#options.proposalMs;
    this.#strategyFreeAtMs = startsAtMs;
    const measurement = {
      architecture,
      device,
      startsAtMs,
      endsAtMs:
        startsAtMs + this.#options.durationMs(architecture) / (this.#options.speeds[device] ?? 1),
    };
    this.#measurements.push(measurement);
    const place = this.#running.findIndex(({ endsAtMs }) => endsAtMs > measurement.endsAtMs);
    this.#running =
      place < 0
        ? [...this.#running, measurement]
        : [...this.#running.slice(0, place), measurement, ...this.#running.slice(place)];
    if (this.#measurements.length >= this.#options.budget) this.#satedAtMs = startsAtMs;
  }
}
