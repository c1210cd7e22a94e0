import type { TrialEnd } from '../../../common/trial';
import type { Budget } from '../../../search/spec/budget';
import type { FrontMember } from '../../../search/front/front';
import type { Constraints } from '../../../search/spec/search_spec';
import type { KnownError, Proposal, Strategy } from '../../../search/strategy/strategy';
import { updateStrategy } from '../../../search/strategy/strategy_update';
import { isSearched } from '../../../search/study/budget_room';
import type { StudyEffect } from '../../../search/study/effect';
import type { Evidence } from '../../../search/study/evidence';
import type { StudyEvent } from '../../../search/study/event';
import { decisionMsOf, type EndCounts, type Lane } from '../../../search/study/lane';
import { step } from '../../../search/study/step';
import type { Study } from '../../../search/study/state';
import { openSampleStudy, sampleJobId, sampleSpec, sampleTargets } from './sample_study';

const target = sampleTargets.fast;

export interface DrivenOptions {
  readonly strategy: Strategy;
  readonly budget: Budget;
  readonly constraints: Constraints;
  readonly accuracyPercentOf: (architecture: string) => number;
}

/** A study of one target with a strategy that answers at once, whose models are built and saved at once. */
export class DrivenStudy {
  readonly #options: DrivenOptions;
  #study: Study;
  #nowMs = 0;
  #isAsked = false;
  #last: Proposal | undefined;

  constructor(options: DrivenOptions) {
    this.#options = options;
    const { budget, constraints } = options;
    this.#study = {
      ...openSampleStudy(sampleSpec({ budget }), {
        state: 'running',
        wall: { ranMs: 0, runningSinceMs: 0 },
      }),
      accuracyPercentOf: options.accuracyPercentOf,
    };
    this.#setTarget({ concurrency: 0, constraints });
    this.#feed({ kind: 'replay-ended' });
  }

  /** One more, if fewer than `largestInFlight` are on their way and the budget has room. */
  propose(largestInFlight: number): Proposal | undefined {
    this.#setTarget({ concurrency: largestInFlight });
    this.#last = undefined;
    this.#feed({ kind: 'woken' });
    this.#setTarget({ concurrency: 0 });
    if (!this.#isAsked) return undefined;
    this.#isAsked = false;
    const answer = this.#options.strategy.ask();
    this.#feed({ kind: 'answered', target, answer, expectation: undefined });
    return this.#last;
  }

  /** Returns whether that was news. */
  end(architecture: string, end: TrialEnd<Evidence>): boolean {
    const before = this.lane.pending;
    this.#feed({ kind: 'job-ended', jobId: jobIdOf(architecture), end });
    return this.lane.pending < before;
  }

  adopt(
    proposals: readonly string[],
    ends: readonly string[],
    endOf: (architecture: string) => TrialEnd<Evidence>,
  ): void {
    const trials = proposals.map((architecture, sequence) => ({
      ...{ target, architecture, sequence },
      job: jobOf(this.#study, architecture),
    }));
    const memory = { trials, remeasurements: [], extensions: [], offers: [] };
    const { spec } = this.#study.settings;
    this.#study = {
      ...openSampleStudy(spec, { state: 'running', wall: this.#study.wall }),
      accuracyPercentOf: this.#options.accuracyPercentOf,
    };
    this.#setTarget({ concurrency: 0, constraints: this.#options.constraints });
    this.#feed({ kind: 'remembered', memory });
    this.#feed({
      kind: 'replayed',
      ends: ends.map((each) => ({ jobId: jobIdOf(each), end: endOf(each) })),
    });
    this.#feed({ kind: 'replay-ended' });
  }

  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#feed({ kind: 'woken' });
  }

  improve(
    accuracyPercentOf: (architecture: string) => number,
    errors: readonly KnownError[] = [],
  ): void {
    this.#feed({ kind: 'accuracies-improved', accuracyPercentOf, errors });
  }

  extend(measurements: number): void {
    const extension = { extensionId: 'more', measurements, phoneMinutes: 0, wallMinutes: 0 };
    this.#feed({ kind: 'requested', requestId: 1, request: { kind: 'extend', extension } });
  }

  get lane(): Lane {
    return this.#study.lanes[0]!;
  }

  get isFinished(): boolean {
    return isSearched(this.#study, this.lane);
  }

  get progress(): EndCounts & Pick<Lane, 'phoneMs' | 'pending' | 'budget'> {
    const { ended, phoneMs, pending, budget } = this.lane;
    return { ...ended, phoneMs, pending, budget };
  }

  get front(): readonly FrontMember[] {
    return this.lane.results.front;
  }

  get hypervolumes(): readonly number[] {
    return this.lane.results.hypervolumes.toArray();
  }

  decisionMsOf(architecture: string): number {
    return decisionMsOf(this.lane, this.#options.accuracyPercentOf(architecture));
  }

  #setTarget(changes: Partial<Lane['target']>): void {
    this.#study = {
      ...this.#study,
      lanes: this.#study.lanes.map((lane) => ({ ...lane, target: { ...lane.target, ...changes } })),
    };
  }

  #feed(event: StudyEvent): void {
    const { study, effects } = step(this.#study, { ...event, atMs: this.#nowMs });
    this.#study = study;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: StudyEffect): void {
    switch (effect.kind) {
      case 'ask-strategy':
        this.#isAsked = true;
        return;
      case 'update-strategy':
        updateStrategy(this.#options.strategy, effect.update);
        return;
      case 'build': {
        const { architecture } = effect;
        const { artifact } = jobOf(this.#study, architecture);
        const costs = { macs: 1, parameters: 1, peakActivationBytes: 1 };
        this.#feed({ kind: 'built', target, architecture, build: { artifact, ...costs } });
        return;
      }
      case 'save-trial': {
        const { architecture, sequence } = effect.trial;
        this.#last = { architecture, sequence };
        this.#feed({ kind: 'trial-saved', target, architecture, end: effect.refusal });
        return;
      }
      case 'save-state':
        this.#feed({ kind: 'state-saved' });
        return;
      default:
    }
  }
}

export function jobIdOf(architecture: string): string {
  return sampleJobId({ target, architecture, round: null });
}

function jobOf(
  { settings }: Study,
  architecture: string,
): Parameters<Study['jobs']['set']>[1]['job'] {
  return {
    jobId: jobIdOf(architecture),
    target: settings.spec.targets[0]!.target,
    artifact: { digest: architecture, sizeBytes: 1, format: 'onnx' },
    plan: settings.spec.plan,
  };
}
