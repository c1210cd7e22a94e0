import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import { contentDigest } from '../../proto/codec/training/content_digest';
import type { Ledger } from '../ledger/ledger';
import type { TrainingRunRecord } from '../ledger/training_run_records';
import { StepCounter, type RunStepProgress } from './runs_in_progress';
import type { RunContext, RunKind } from './training_run';

/** Each holds its tasks in memory. */
const mostRunning = 32;
const mostListed = 200;

interface RunsParts {
  readonly kinds: readonly RunKind[];
  readonly ledger: Pick<Ledger, 'trainingRuns' | 'references'>;
  readonly perform: (
    tasks: readonly TrainingTask[],
    signal: AbortSignal,
    onEnd: (end: TrainingEnd, isKept: boolean) => void,
  ) => Promise<readonly TrainingEnd[]>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** What the ledger cannot keep ends the program. */
  readonly onFailure: (error: Error) => void;
}

/** A run, and how far it is. */
export interface WatchedRun {
  readonly record: TrainingRunRecord;
  readonly steps: readonly RunStepProgress[];
}

interface RunningRun {
  record: TrainingRunRecord;
  readonly steps: StepCounter[];
  readonly stopping: AbortController;
  readonly watchers: Set<() => void>;
  finished: Promise<void>;
}

/** The runs of training: each is begun, watched and stopped by its id, and goes on after a restart of the program. */
export class TrainingRuns {
  readonly #running = new Map<string, RunningRun>();

  constructor(private readonly parts: RunsParts) {}

  /** Those that were under way when the program ended begin again; what was done is done. */
  async resumeAll(): Promise<void> {
    for (const record of await this.parts.ledger.trainingRuns.list(mostRunning, 'running')) {
      const kind = this.parts.kinds.find((each) => each.kind === record.kind);
      if (kind === undefined)
        await this.#save({
          ...record,
          state: 'failed',
          detail: `this version of the farm knows no run of kind ${record.kind}`,
          endedAtMs: this.parts.clock.nowMs(),
        });
      else this.#begin(record, kind);
    }
  }

  /** Begins a run, or joins the one of the same content that is under way. @throws BadInputError */
  async start(kindName: string, requestJson: string): Promise<WatchedRun> {
    const kind = this.#kindOf(kindName);
    const request = kind.readRequest(parseJson(requestJson));
    const runId = `${kindName}-${contentDigest([kindName, request]).slice(0, 8)}`;
    const under = this.#running.get(runId);
    if (under !== undefined) return watched(under);
    if (this.#running.size >= mostRunning)
      throw new FarmError(
        'conflict',
        `${mostRunning} runs are under way; wait for one, or stop it`,
      );
    const record: TrainingRunRecord = {
      runId,
      kind: kindName,
      reference: kind.referenceOf(request),
      requestJson,
      state: 'running',
      outcomeJson: null,
      detail: null,
      createdAtMs: this.parts.clock.nowMs(),
      endedAtMs: null,
    };
    if ((await this.parts.ledger.references.find(record.reference)) === undefined)
      throw new BadInputError(
        `reference "${record.reference.slice(0, 80)}" is not registered; farm reference register does that`,
      );
    // Somebody else may have begun it meanwhile.
    const other = this.#running.get(runId);
    if (other !== undefined) return watched(other);
    const run = this.#hold(record);
    await this.#save(record);
    run.finished = this.#bringToEnd(run, kind);
    return watched(run);
  }

  async list(): Promise<readonly WatchedRun[]> {
    const records = await this.parts.ledger.trainingRuns.list(mostListed);
    return records.map((record) => {
      const run = this.#running.get(record.runId);
      return run === undefined ? { record, steps: [] } : watched(run);
    });
  }

  /** @throws FarmError for a run that there is not */
  async find(runId: string): Promise<WatchedRun> {
    const run = this.#running.get(runId);
    if (run !== undefined) return watched(run);
    const record = await this.parts.ledger.trainingRuns.find(runId);
    if (record === undefined)
      throw new FarmError(
        'not-found',
        `there is no run ${runId.slice(0, 80)}; farm library list shows all`,
      );
    return { record, steps: [] };
  }

  /** Resolves at the next change of the run, at once when it is not under way. */
  changed(runId: string, signal: AbortSignal): Promise<void> {
    const run = this.#running.get(runId);
    if (run === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        run.watchers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      run.watchers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async stop(runId: string): Promise<WatchedRun> {
    const run = this.#running.get(runId);
    if (run !== undefined) {
      run.stopping.abort(new FarmError('conflict', 'the run was stopped'));
      await run.finished;
    }
    return this.find(runId);
  }

  /** Runs stay as they are in the ledger: the next program goes on with them. */
  async close(): Promise<void> {
    const all = [...this.#running.values()];
    this.#running.clear();
    for (const run of all) run.stopping.abort(new Error('the program ends'));
    await Promise.all(all.map(({ finished }) => finished));
  }

  #kindOf(name: string): RunKind {
    const kind = this.parts.kinds.find((each) => each.kind === name);
    if (kind === undefined)
      throw new BadInputError(
        `there is no run of kind "${name.slice(0, 40)}"; the kinds are ${this.parts.kinds.map((each) => each.kind).join(', ')}`,
      );
    return kind;
  }

  #begin(record: TrainingRunRecord, kind: RunKind): void {
    const run = this.#hold(record);
    run.finished = this.#bringToEnd(run, kind);
  }

  #hold(record: TrainingRunRecord): RunningRun {
    const run: RunningRun = {
      record,
      steps: [],
      stopping: new AbortController(),
      watchers: new Set(),
      finished: Promise.resolve(),
    };
    this.#running.set(record.runId, run);
    return run;
  }

  async #bringToEnd(run: RunningRun, kind: RunKind): Promise<void> {
    const { runId } = run.record;
    const end = await this.#attempt(run, kind);
    // The program ends: what is in the ledger says that it is under way.
    if (this.#running.get(runId) !== run) return;
    run.record = { ...run.record, ...end, endedAtMs: this.parts.clock.nowMs() };
    await this.#save(run.record);
    this.parts.logger.info(
      { runId, state: end.state, detail: end.detail },
      'a run of training ended',
    );
    this.#running.delete(runId);
    for (const tell of [...run.watchers]) tell();
  }

  async #save(record: TrainingRunRecord): Promise<void> {
    try {
      await this.parts.ledger.trainingRuns.save(record);
    } catch (error) {
      this.parts.onFailure(error as Error);
    }
  }

  async #attempt(
    run: RunningRun,
    kind: RunKind,
  ): Promise<Pick<TrainingRunRecord, 'state' | 'outcomeJson' | 'detail'>> {
    try {
      const request = kind.readRequest(parseJson(run.record.requestJson));
      const outcome = await kind.run(request, this.#contextOf(run));
      return { state: 'done', outcomeJson: JSON.stringify(outcome), detail: null };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const isStopped = run.stopping.signal.aborted;
      if (!isStopped && !(error instanceof BadInputError) && !(error instanceof FarmError))
        this.parts.logger.warn({ runId: run.record.runId, error }, 'a run of training failed');
      return { state: isStopped ? 'stopped' : 'failed', outcomeJson: null, detail };
    }
  }

  #contextOf(run: RunningRun): RunContext {
    const { ledger, perform, clock } = this.parts;
    const { signal } = run.stopping;
    const tell = (): void => {
      for (const watcher of [...run.watchers]) watcher();
    };
    return {
      runId: run.record.runId,
      signal,
      note: (line) => {
        run.record = { ...run.record, detail: line };
        tell();
      },
      reference: async (name) => {
        const reference = await ledger.references.find(name);
        if (reference === undefined) throw new BadInputError(`reference ${name} is not registered`);
        return reference;
      },
      perform: (step, tasks) => {
        const counter = new StepCounter(step, tasks.length, clock);
        run.steps.push(counter);
        tell();
        return perform(tasks, signal, (end, isKept) => {
          counter.ended(end, isKept);
          tell();
        });
      },
    };
  }
}

function watched(run: RunningRun): WatchedRun {
  return { record: run.record, steps: run.steps.map((step) => step.progress()) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadInputError('the request of a run is no JSON');
  }
}
