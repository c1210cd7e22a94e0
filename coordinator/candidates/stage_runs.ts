import type { CandidateFault } from '../../common/fault';
import { fail, ok, type Result } from '../../common/result';
import type { ArtifactStore } from '../../platform/artifacts/artifact_store';
import { BoundedQueue } from '../../platform/processes/bounded_queue';
import type { PreparedModel } from './candidate_preparation';
import { cancelled, SharedRun } from './shared_run';
import type { Stage, StageResult, StageTask } from './stage';
import type { StageKey } from './stage_key';

/** More than the cells' space has networks, three times over; some 400 bytes each. */
const mostRemembered = 20_000;

/** What came of a stage for good. */
export type Verdict = Result<PreparedModel, CandidateFault>;

/** Runs each stage once for each key, however many ask and whether at once or later, within the stage's limits. */
export class StageRuns {
  readonly #store: Pick<ArtifactStore, 'sizeBytes'>;
  readonly #queues = new Map<string, BoundedQueue>();
  readonly #running = new Map<StageKey, SharedRun>();
  /** What came of it for good: an artifact, or that the candidate cannot be made. In the order of use. */
  readonly #known = new Map<StageKey, Verdict>();

  constructor(store: Pick<ArtifactStore, 'sizeBytes'>) {
    this.#store = store;
  }

  /** What a stage came to before; undefined when it has not run, or the store has dropped what it made. */
  async known(key: StageKey): Promise<Verdict | undefined> {
    const verdict = this.#known.get(key);
    if (verdict === undefined) return undefined;
    if (verdict.ok && (await this.#store.sizeBytes(verdict.value.artifact.digest)) === undefined) {
      if (this.#known.get(key) === verdict) this.#known.delete(key);
      return undefined;
    }
    this.#remember(key, verdict);
    return verdict;
  }

  /** Never rejects. */
  run(key: StageKey, stage: Stage, task: StageTask, signal: AbortSignal): Promise<StageResult> {
    if (signal.aborted) return Promise.resolve(cancelled());
    const running = this.#running.get(key);
    const shared =
      running === undefined || running.isUnwanted ? this.#start(key, stage, task) : running;
    return shared.join(signal);
  }

  #start(key: StageKey, stage: Stage, task: StageTask): SharedRun {
    const shared: SharedRun = new SharedRun(async (signal) => {
      const result = await this.#perform(stage, task, signal);
      if (result.ok) this.#remember(key, result);
      else if (result.error.kind === 'candidate-fault') this.#remember(key, fail(result.error));
      // What failed otherwise may succeed on a machine that is less busy.
      if (this.#running.get(key) === shared) this.#running.delete(key);
      return result;
    });
    this.#running.set(key, shared);
    return shared;
  }

  async #perform(stage: Stage, task: StageTask, signal: AbortSignal): Promise<StageResult> {
    const { name, limits } = stage;
    const queue = this.#queues.get(name) ?? new BoundedQueue(limits);
    this.#queues.set(name, queue);
    const result = await queue.run(() => settled(stage.run(task, signal)), signal);
    if (result.ok) return ok(result.value);
    if (result.error === 'cancelled') return cancelled();
    if (typeof result.error !== 'string') return fail(result.error);
    return fail({
      kind: result.error,
      message: `${String(limits.waiting)} candidates wait for ${name} already`,
    });
  }

  #remember(key: StageKey, verdict: Verdict): void {
    this.#known.delete(key);
    this.#known.set(key, verdict);
    const oldest = this.#known.keys().next();
    if (this.#known.size > mostRemembered && oldest.done !== true) this.#known.delete(oldest.value);
  }
}

/** A stage that throws is broken, and that is the farm's trouble, not the candidate's. */
async function settled(running: Promise<StageResult>): Promise<StageResult> {
  try {
    return await running;
  } catch (error) {
    return fail({
      kind: 'failed',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}
