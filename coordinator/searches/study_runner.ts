import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '../../common/assert';
import { createAlarm, type Alarm } from '../../platform/time/alarm';
import { wakeInMs } from '../../search/study/budget_room';
import type { StudyEffect } from '../../search/study/effect';
import type { StudyEvent, TrialName } from '../../search/study/event';
import type { RequestAnswer, Request } from '../../search/study/request';
import type { Study } from '../../search/study/state';
import { step } from '../../search/study/step';
import { eventOfUpdate } from './job_events';
import type { SearchParts } from './search_parts';
import type { Strategist } from './strategist/strategist';
import { buildTrial } from './study_build';
import { write, type StudyWrite } from './study_writer';

interface RunnerOptions {
  /** Before it is told what the ledger has of it. */
  readonly study: Study;
  /** Null where an outside searcher proposes. */
  readonly strategist: Strategist | null;
  readonly parts: SearchParts;
  /** After changes; never while the ledger is read. */
  readonly onChange: (study: Study) => void;
  /** The study is over, and nothing is left to do for it. */
  readonly onEnd: () => void;
}

interface Waiter {
  readonly resolve: (answer: RequestAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One study in this process: performs what it asks for, and tells it what has come of that, one event after the other. What is to last
 * is in the ledger before anything follows from it, since the study says so.
 */
export class StudyRunner {
  readonly #options: RunnerOptions;
  #study: Study;
  readonly #events: StudyEvent[] = [];
  /** Questions, builds and writes, whose end is an event. */
  readonly #underWay = new Set<Promise<void>>();
  /** Those of them that the ledger has not answered. */
  readonly #writing = new Set<Promise<void>>();
  readonly #waiters = new Map<number, Waiter>();
  #requests = 0;
  readonly #alarm: Alarm;
  #wakeAtMs = Infinity;
  #stopListening: (() => void) | undefined;
  /** Aborted when nothing that is being prepared is wanted any more. */
  readonly #unwanted = new AbortController();
  #started: Promise<void> = Promise.resolve();
  #life: 'idle' | 'stepping' | 'closed' = 'idle';

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#study = options.study;
    this.#alarm = createAlarm(() => {
      this.#wakeAtMs = Infinity;
      this.feed({ kind: 'woken' });
    }, options.parts.clock);
  }

  get study(): Study {
    return this.#study;
  }

  /** Resolves when the study knows what the ledger had of it. */
  get started(): Promise<void> {
    return this.#started;
  }

  get isClosed(): boolean {
    return this.#life === 'closed';
  }

  /**
   * The engine is listened to before the ledger is read: what ends in between is heard at least once, and an end that is
   * told twice changes nothing.
   */
  start(memory: AsyncIterable<StudyEvent>): Promise<void> {
    const { engine } = this.#options.parts;
    this.#stopListening = engine.listen(this.#searchId, (update) =>
      this.feed(eventOfUpdate(update)),
    );
    this.#started = this.#replay(memory);
    this.#await(this.#started);
    return this.#started;
  }

  async #replay(memory: AsyncIterable<StudyEvent>): Promise<void> {
    for await (const event of memory) {
      this.feed(event);
      // Some thousand ends take a while, and the event loop must not stand still.
      await nextTurn();
    }
  }

  /** Steps at once, unless a step is being performed: then after it. */
  feed(event: StudyEvent): void {
    if (this.#life === 'closed') return;
    this.#events.push(event);
    if (this.#life === 'idle') this.#run();
  }

  /** Resolves when the request has been served, and what it changes is in the ledger. */
  async request(request: Request): Promise<RequestAnswer> {
    assert(this.#life !== 'closed', `search ${this.#searchId} is still in this process`);
    this.#requests += 1;
    const requestId = this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiters.set(requestId, { resolve, reject });
      this.feed({ kind: 'requested', requestId, request });
    });
  }

  /** The process ends, the search does not: nothing more is begun, the next process goes on. */
  async close(): Promise<void> {
    this.#end();
    await this.settled();
  }

  /** Resolves when nothing is being asked, built or saved any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Resolves when all that the study has heard of is in the ledger. */
  async written(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  get #searchId(): string {
    return this.#study.settings.searchId;
  }

  #run(): void {
    const before = this.#study;
    this.#life = 'stepping';
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.#countDevices();
      this.#step(event);
    }
    this.#life = 'idle';
    this.#setAlarm();
    if (this.#study === before || this.#study.phase.kind === 'replaying') return;
    this.#options.onChange(this.#study);
  }

  /** As many trials are on their way as the devices take that are there now. */
  #countDevices(): void {
    const { lanes } = this.#study;
    const { deviceCount } = this.#options.parts;
    const counts = lanes.map(({ target }) => deviceCount(target.target));
    if (lanes.every(({ devices }, index) => devices === counts[index])) return;
    const devices = new Map(lanes.map(({ target }, index) => [target.name, counts[index] ?? 0]));
    this.#step({ kind: 'fleet-changed', devices });
  }

  #step(event: StudyEvent): void {
    const atMs = this.#options.parts.clock.nowMs();
    const { study, effects } = step(this.#study, { ...event, atMs });
    this.#study = study;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: StudyEffect): void {
    const { strategist, parts } = this.#options;
    const { engine, logger } = parts;
    const searchId = this.#searchId;
    const { priority, weight } = this.#study.settings.spec;
    switch (effect.kind) {
      case 'update-strategy':
        strategist?.update(effect.target, effect.update);
        return;
      case 'ask-strategy':
        this.#await(this.#ask(effect.target));
        return;
      case 'build':
        this.#await(this.#build(effect));
        return;
      case 'submit-job':
        engine.dispatch({
          kind: 'job-submitted',
          job: effect.job,
          owner: { ownerId: searchId, priority, weight },
        });
        return;
      case 'pause-jobs':
        engine.dispatch({ kind: 'owner-paused', ownerId: searchId });
        return;
      case 'resume-jobs':
        engine.dispatch({ kind: 'owner-resumed', ownerId: searchId });
        return;
      case 'end-jobs':
        engine.dispatch({ kind: 'owner-ended', ownerId: searchId });
        return;
      case 'answer':
        this.#waiters.get(effect.requestId)?.resolve(effect.answer);
        this.#waiters.delete(effect.requestId);
        return;
      case 'report-problem':
        logger.error({ searchId, problem: effect.problem }, 'a search pauses by itself');
        return;
      default:
        this.#await(this.#write(effect), [this.#underWay, this.#writing]);
    }
  }

  #await(work: Promise<void>, among: readonly Set<Promise<void>>[] = [this.#underWay]): void {
    const guarded = work
      .catch((error: unknown) => this.#options.parts.onFailure(error as Error))
      .finally(() => {
        for (const each of among) each.delete(guarded);
        this.#endIfOver();
      });
    for (const each of among) each.add(guarded);
  }

  async #ask(target: string): Promise<void> {
    const { strategist } = this.#options;
    if (strategist === null) return;
    try {
      const answer = await strategist.ask(target);
      const expectation =
        typeof answer === 'object'
          ? strategist.expectationOf?.(target, answer.architecture)
          : undefined;
      this.feed({ kind: 'answered', target, answer, expectation });
    } catch (error) {
      this.feed({ kind: 'strategy-failed', target, message: (error as Error).message });
    }
  }

  async #build(name: TrialName): Promise<void> {
    const { parts } = this.#options;
    const { settings } = this.#study;
    this.feed(await buildTrial(parts, settings, name, this.#unwanted.signal));
  }

  async #write(effect: StudyWrite): Promise<void> {
    const { searchId, spec } = this.#study.settings;
    try {
      const event = await write({ ...this.#options.parts, searchId, spec }, effect);
      if (event !== null) this.feed(event);
    } catch (error) {
      if (effect.kind !== 'save-offers') throw error;
      // The caller hears of it, and may propose again.
      this.#waiters.get(effect.requestId)?.reject(error as Error);
      this.#waiters.delete(effect.requestId);
      this.feed({ kind: 'offers-lost', requestId: effect.requestId });
    }
  }

  #setAlarm(): void {
    const inMs = wakeInMs(this.#study);
    const atMs = this.#options.parts.clock.nowMs() + inMs;
    if (atMs === this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    this.#alarm.set(inMs);
  }

  /** What is still being written is to be heard of: its job goes to the engine, and ends there. */
  #endIfOver(): void {
    const { phase, requests } = this.#study;
    if (this.#life !== 'idle' || this.#writing.size > 0 || !requests.isEmpty()) return;
    if (phase.kind !== 'finished' && phase.kind !== 'stopped') return;
    this.#end();
    this.#options.onEnd();
  }

  #end(): void {
    this.#life = 'closed';
    this.#unwanted.abort();
    this.#alarm.clear();
    this.#stopListening?.();
    this.#options.strategist?.close();
    for (const { reject } of this.#waiters.values())
      reject(new Error(`search ${this.#searchId} is closed`));
    this.#waiters.clear();
  }
}
