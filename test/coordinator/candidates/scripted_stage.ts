import { createHash } from 'node:crypto';
import { parseTarget } from '../../../common/target';
import type {
  PreparationRequest,
  PreparedModel,
} from '../../../coordinator/candidates/candidate_preparation';
import type {
  NetworkRequest,
  Stage,
  StageResult,
  StageTask,
} from '../../../coordinator/candidates/stage';

export const onnxTarget = parseTarget('host/onnxruntime/cpu/int8');
export const tfliteTarget = parseTarget('host/tflite/cpu/int8');

export function network(architecture = 'a'): NetworkRequest {
  return { space: 'cells', architecture, model: { cellsPerStage: 1, seed: 1 } };
}

export function requestOf(architecture = 'a', target = onnxTarget): PreparationRequest {
  return { ...network(architecture), target };
}

/** What a scripted stage makes of an architecture. */
export function modelOf(stage: string, architecture = 'a'): PreparedModel {
  const digest = createHash('sha256').update(`${stage} ${architecture}`).digest('hex');
  return {
    artifact: { digest, sizeBytes: 7, format: 'onnx' },
    costs: { macs: 42, parameters: 5, peakActivationBytes: 6 },
  };
}

/** A store that holds whatever nobody has dropped. */
export class PaperStore {
  readonly dropped = new Set<string>();

  sizeBytes(digest: string): Promise<number | undefined> {
    return Promise.resolve(this.dropped.has(digest) ? undefined : 7);
  }
}

/** Ends each piece of work when and how the test says; until then it is under way, as in another program. */
export class ScriptedStage implements Stage {
  readonly version: number;
  readonly tasks: StageTask[] = [];
  readonly aborted: string[] = [];
  readonly #ends = new Map<string, (result: StageResult) => void>();

  constructor(
    readonly name: string,
    readonly limits = { atOnce: 10, waiting: 10 },
    version = 1,
  ) {
    this.version = version;
  }

  run(task: StageTask, signal: AbortSignal): Promise<StageResult> {
    const { architecture } = task.network;
    this.tasks.push(task);
    signal.addEventListener('abort', () => this.aborted.push(architecture));
    return new Promise((resolve) => this.#ends.set(architecture, resolve));
  }

  /** The architectures of all tasks, in the order in which they were begun. */
  get begun(): readonly string[] {
    return this.tasks.map((task) => task.network.architecture);
  }

  async end(
    architecture = 'a',
    result: StageResult = { ok: true, value: modelOf(this.name, architecture) },
  ): Promise<void> {
    this.#ends.get(architecture)?.(result);
    await turn();
  }
}

/** Does its work at once. */
export class QuickStage implements Stage {
  readonly version = 1;
  readonly limits = { atOnce: 1, waiting: 100 };
  readonly begun: string[] = [];
  result: (task: StageTask) => StageResult = ({ network: { architecture } }) => ({
    ok: true,
    value: modelOf(this.name, architecture),
  });

  constructor(readonly name: string) {}

  run(task: StageTask): Promise<StageResult> {
    this.begun.push(task.network.architecture);
    return Promise.resolve(this.result(task));
  }
}

/** Everything that can go on by itself does. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
