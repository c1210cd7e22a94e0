import type { NetworkCost } from '../../model/cost/network_cost';
import type { Precision, Runtime, Unit } from '../../common/target';
import type { ToolDefect, ToolFault } from './faults';

/** How a tool wants a model run. */
export interface RunPlacement {
  readonly runtime: Runtime;
  readonly unit: Unit;
  readonly threads: number;
  /** The unit is set up for integers only, as NPUs are unless half precision is asked for: it takes nothing of a float model. */
  readonly quantizedOnly: boolean;
}

export interface LatencyPrediction {
  /** On a cool phone of average speed, without noise. */
  readonly latencyMs: number;
  /** Operators that the unit takes, of all; less than `operators` is a fallback to the CPU. */
  readonly delegated: number;
  readonly operators: number;
  /** Separate stretches of delegated operators. */
  readonly partitions: number;
}

export interface InspectedModel {
  readonly cost: NetworkCost;
  readonly precision: Precision;
  readonly sizeBytes: number;
}

/** What the benchmark tools know of the phone they run on. */
export interface Machine {
  /** The model file, or undefined if it is missing. */
  readFile(path: string): Buffer | undefined;
  /** All of the text or, when it does not fit, nothing: false. */
  appendFile(path: string, text: string): boolean;
  freeBytes(): number;
  /** A line why the model cannot be read, or the model. */
  inspect(bytes: Buffer): InspectedModel | string;
  predict(
    path: string,
    bytes: Buffer,
    model: InspectedModel,
    placement: RunPlacement,
  ): LatencyPrediction;
  /** Times of runs in a new process, without end; each heats the phone. */
  timeRuns(prediction: LatencyPrediction, placement: RunPlacement): Iterator<number, never>;
  /** A hang ends only with the process; `durationMs` is of the phone's time. */
  wait(durationMs: number, killed: AbortSignal): Promise<void>;
  /** A fault that was ordered for the next tool start; taking it uses it up. */
  takeFault(): ToolFault | undefined;
  /** What is wrong with the phone's tools for now. */
  defect(): ToolDefect | undefined;
}
