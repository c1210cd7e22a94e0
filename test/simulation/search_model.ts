import { artifactOf, type TrialEnd } from '../../common/trial';
import type { SchedulerEffect } from '../../coordinator/schedule/event/effect';
import type { UntimedEvent } from '../../coordinator/schedule/event/event';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { StudyEffect } from '../../search/study/effect';
import type { Evidence } from '../../search/study/evidence';
import type { StudyEvent } from '../../search/study/event';
import type { Request } from '../../search/study/request';
import { step } from '../../search/study/step';
import { openStudy, type Study } from '../../search/study/state';
import { measuredEnd, sampleEvidence, sampleJobId } from '../search/study/sample_study';
import { StudyLedger } from '../search/study/study_ledger';
import { accuracyOf, buildOf, latencyOf } from './drawn_search';
import type { LedgerModel } from './ledger_model';

type JobEnded = Extract<SchedulerEffect, { readonly kind: 'job-ended' }>;

/** What a search needs of the process that it lives in. */
export interface SearchHost {
  readonly nowMs: () => number;
  /** In this life of the process only; `mostMs` is by chance. */
  readonly later: (mostMs: number, action: () => void) => void;
  /** @throws when the process dies here */
  readonly mayDie: () => void;
  readonly dispatch: (event: UntimedEvent) => void;
  readonly ledger: LedgerModel;
}

/** One search through all lives of the coordinator: the real core, its ledger, and what performs its effects. */
export class SearchModel {
  readonly ledger = new StudyLedger();
  readonly #settings: Study['settings'];
  #host: SearchHost | undefined;
  #study: Study | undefined;
  #asked = new Map<string, number>();
  #requests = 0;
  isCreated = false;

  constructor(
    readonly searchId: string,
    readonly spec: SearchSpec,
  ) {
    this.#settings = {
      ...{ searchId, spec, createdAtMs: 0 },
      jobIdOf: (key) => `${searchId}/${sampleJobId(key)}`,
    };
  }

  get isOver(): boolean {
    return this.ledger.state === 'finished' || this.ledger.state === 'stopped';
  }

  /** The process has started: what the ledger has is told, and some time later that it is all. */
  start(host: SearchHost): void {
    if (!this.isCreated || this.isOver) return;
    this.#host = host;
    this.#asked = new Map();
    this.#study = this.#open();
    this.#feed({ kind: 'remembered', memory: this.ledger.memory() });
    this.#feed({ kind: 'replayed', ends: [...this.ledger.ends] });
    host.later(500, () => this.#feed({ kind: 'replay-ended' }));
  }

  die(): void {
    this.#host = undefined;
    this.#study = undefined;
  }

  /** Somebody asks for something; lost while the process is dead. */
  request(request: Request): void {
    if (this.#host === undefined) return;
    this.#requests += 1;
    this.#feed({ kind: 'requested', requestId: this.#requests, request });
  }

  /** With the commit of the scheduler's effect, before anybody hears of it. */
  committed({ jobId, end }: JobEnded): void {
    this.ledger.endJob(jobId, this.#kept(jobId, end));
    this.#requireBudget();
  }

  heard({ jobId, end }: JobEnded): void {
    this.#feed({ kind: 'job-ended', jobId, end: this.#kept(jobId, end) });
  }

  /** The same search where nothing goes wrong, with the results that this one had. */
  undisturbed(): Study {
    let study = this.#open('running');
    const ends = new Map(this.ledger.ends.map(({ jobId, end }) => [jobId, end]));
    const events: StudyEvent[] = [
      { kind: 'replay-ended' },
      ...this.ledger.extensions.map((extension, requestId): StudyEvent => ({
        kind: 'requested',
        requestId,
        request: { kind: 'extend', extension },
      })),
    ];
    this.#asked = new Map();
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const taken = step(study, { ...event, atMs: 0 });
      study = taken.study;
      for (const effect of taken.effects) events.push(...this.#answers(effect, ends));
    }
    return study;
  }

  /** The search as the ledger has it. */
  remembered(): Study {
    let study = this.#open();
    for (const event of [
      { kind: 'remembered', memory: this.ledger.memory() },
      { kind: 'replayed', ends: [...this.ledger.ends] },
      { kind: 'replay-ended' },
    ] as const)
      study = step(study, { ...event, atMs: 0 }).study;
    return study;
  }

  #open(state = this.ledger.state): Study {
    const { wall } = this.ledger;
    return openStudy({
      settings: this.#settings,
      accuracyPercentOf: accuracyOf,
      ...{ state, wall, nowMs: this.#host?.nowMs() ?? 0 },
    });
  }

  #feed(event: StudyEvent): void {
    const host = this.#host;
    if (this.#study === undefined || host === undefined) return;
    const { study, effects } = step(this.#study, { ...event, atMs: host.nowMs() });
    this.#study = study;
    for (const effect of effects) {
      host.mayDie();
      this.#perform(effect, host);
      // Performing it may have been the end of the process.
      if (this.#host !== host) return;
    }
  }

  #perform(effect: StudyEffect, host: SearchHost): void {
    const { searchId } = this;
    switch (effect.kind) {
      case 'update-strategy':
        // An ask knows every update that came before it.
        this.#answers(effect, undefined);
        return;
      case 'submit-job':
        host.dispatch({
          kind: 'job-submitted',
          job: effect.job,
          owner: { ownerId: searchId, priority: 0, weight: 1 },
        });
        return;
      case 'pause-jobs':
        host.dispatch({ kind: 'owner-paused', ownerId: searchId });
        return;
      case 'resume-jobs':
        host.dispatch({ kind: 'owner-resumed', ownerId: searchId });
        return;
      case 'end-jobs':
        host.ledger.endOwner(searchId);
        host.dispatch({ kind: 'owner-ended', ownerId: searchId });
        return;
      default:
        host.later(effect.kind === 'build' ? 2_000 : 100, () => {
          host.mayDie();
          this.#write(effect, host);
          host.mayDie();
          for (const event of this.#answers(effect, undefined)) this.#feed(event);
        });
    }
  }

  #write(effect: StudyEffect, { ledger }: SearchHost): void {
    const owner = { ownerId: this.searchId, priority: 0, weight: 1 };
    if (effect.kind === 'save-state') this.ledger.saveState(effect.next);
    if (effect.kind === 'save-trial') {
      this.ledger.saveTrial(effect.trial, effect.refusal);
      ledger.saveJob(effect.trial.job, owner);
    }
    if (effect.kind === 'save-remeasurement') {
      this.ledger.saveRemeasurement(effect.remeasurement);
      ledger.saveJob(effect.remeasurement.job, owner);
    }
  }

  /** What comes of an effect once it is performed; `ends`: of jobs that end at once. */
  #answers(
    effect: StudyEffect,
    ends: ReadonlyMap<string, TrialEnd<Evidence>> | undefined,
  ): readonly StudyEvent[] {
    switch (effect.kind) {
      case 'update-strategy':
        if (effect.update.kind === 'adopt')
          this.#asked.set(effect.target, effect.update.proposal.sequence + 1);
        return [];
      case 'ask-strategy':
        return [this.#answer(effect.target)];
      case 'build':
        return [buildOf(effect)];
      case 'save-trial': {
        const { target, architecture } = effect.trial;
        return [{ kind: 'trial-saved', target, architecture, end: effect.refusal }];
      }
      case 'save-remeasurement':
        return [{ kind: 'remeasurement-saved', remeasurement: effect.remeasurement }];
      case 'save-state':
        return [{ kind: 'state-saved' }];
      case 'submit-job': {
        const { jobId } = effect.job;
        const end = ends?.get(jobId);
        if (end === undefined)
          throw new Error(`${jobId} is measured only where nothing goes wrong`);
        return [{ kind: 'job-ended', jobId, end }];
      }
      default:
        return [];
    }
  }

  /** As a strategy of ours: what it proposes next follows from its seed and the sequence alone. */
  #answer(target: string): StudyEvent {
    const sequence = this.#asked.get(target) ?? 0;
    this.#asked.set(target, sequence + 1);
    const architecture = `${this.searchId}-${target}-${sequence}`;
    const answer = { sequence, architecture };
    return { kind: 'answered', target, answer, expectation: undefined };
  }

  #kept(jobId: string, end: JobEnded['end']): TrialEnd<Evidence> {
    const job = [...this.ledger.trials, ...this.ledger.remeasurements].find(
      (saved) => saved.job.jobId === jobId,
    );
    const latencyMs = latencyOf(job?.architecture ?? '', job?.target ?? '');
    if (end.kind === 'measured') return measuredEnd(jobId, latencyMs);
    return end.kind === 'reused'
      ? { kind: 'reused', fromJobId: end.fromJobId, ...sampleEvidence(jobId, latencyMs) }
      : end;
  }

  #requireBudget(): void {
    const more = this.ledger.extensions.reduce((sum, { measurements }) => sum + measurements, 0);
    for (const { name, budget } of this.spec.targets) {
      const own = new Set(
        this.ledger.trials.filter(({ target }) => target === name).map(({ job }) => job.jobId),
      );
      const measured = this.ledger.ends.filter(
        ({ jobId, end }) => own.has(jobId) && end.kind === 'measured',
      ).length;
      if (measured > (budget.measurements ?? 0) + more)
        throw new Error(`${this.searchId} has measured ${measured} on ${name}, beyond its budget`);
    }
  }
}

/** What is compared of two studies. */
export function outcomeOf(study: Study): unknown {
  return study.lanes.map(({ target, results, trials }) => ({
    target: target.name,
    front: results.front.map(({ architecture }) => architecture),
    // What could not be built is in no ledger.
    trials: [...trials.values()]
      .filter((trial) => artifactOf(trial) !== null)
      .map(({ sequence, state }) => [
        sequence,
        state.kind === 'ended' ? state.end.kind : state.kind,
      ])
      .sort(),
    fleet: study.fleet?.front.map(({ architecture }) => architecture),
  }));
}
