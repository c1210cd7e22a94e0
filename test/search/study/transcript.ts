import type { StudyEffect } from '../../../search/study/effect';
import type { StudyEvent } from '../../../search/study/event';
import type { StrategyUpdate } from '../../../search/strategy/strategy_update';
import { step } from '../../../search/study/step';
import { stateOf } from '../../../search/study/phase';
import type { Study } from '../../../search/study/state';
import type { SearchSpec } from '../../../search/spec/search_spec';
import {
  failedByFarm,
  measuredEnd,
  openSampleStudy,
  refusedByRuntime,
  sampleEvidence,
  sampleJobId,
  sampleSpec,
  sampleTargets,
} from './sample_study';
import { StudyLedger } from './study_ledger';

/**
 * Replays a story of one study: lines without indent are events, `#` lines are for the reader, indented lines are the effects that
 * followed. Returns the story with the effects that really follow. What an effect asks to be saved is in the ledger from the line
 * on that says so, and a restart knows what is there. `show` prints the state.
 */
export function replayStory(text: string): string {
  const reader = new Reader();
  return text
    .split('\n')
    .filter((line) => !line.startsWith('  '))
    .flatMap((line) =>
      line === '' || line.startsWith('#')
        ? [line]
        : [line, ...reader.obey(line).map((effect) => `  ${effect}`)],
    )
    .join('\n');
}

class Reader {
  #spec: SearchSpec = sampleSpec();
  #ledger = new StudyLedger();
  #study: Study = openSampleStudy(this.#spec, this.#ledger);
  #nowMs = 0;
  #saves: StudyEffect[] = [];
  readonly #proposals = new Map<string, number>();

  obey(line: string): readonly string[] {
    const [verb = '', ...words] = line.split(' ');
    const rest = line.slice(verb.length + 1);
    switch (verb) {
      case 'create':
        this.#spec = sampleSpec(JSON.parse(rest) as Record<string, unknown>);
        return this.#open();
      case 'die':
        return this.#remember();
      case 'restart':
        return [...this.#remember(), ...this.#endReplay()];
      case 'back':
        return this.#endReplay();
      case 'devices':
        return this.#feed({
          kind: 'fleet-changed',
          devices: new Map([[fullName(words[0]), Number(words[1])]]),
        });
      case 'wait':
        this.#nowMs += Number(words[0]) * 1_000;
        return this.#feed({ kind: 'woken' });
      case 'show':
        return [`${stateOf(this.#study.phase)} ${this.#study.lanes.map(describeLane).join(', ')}`];
      default:
        return this.#feed(this.#eventOf(verb, words, rest));
    }
  }

  #open(): readonly string[] {
    this.#ledger = new StudyLedger();
    this.#study = openSampleStudy(this.#spec, this.#ledger, this.#nowMs);
    return this.#endReplay();
  }

  #remember(): readonly string[] {
    this.#saves = [];
    this.#study = openSampleStudy(this.#spec, this.#ledger, this.#nowMs);
    return [
      ...this.#feed({ kind: 'remembered', memory: this.#ledger.memory() }),
      ...this.#feed({ kind: 'replayed', ends: [...this.#ledger.ends] }),
    ];
  }

  #endReplay(): readonly string[] {
    return this.#feed({ kind: 'replay-ended' });
  }

  #eventOf(verb: string, words: readonly string[], rest: string): StudyEvent {
    const [first = '', second = ''] = words;
    const name = { target: fullName(first), architecture: second };
    switch (verb) {
      case 'answer':
        return {
          kind: 'answered',
          target: name.target,
          answer: this.#answer(first, second),
          expectation: expectationIn(words),
        };
      case 'perplexed':
        return { kind: 'strategy-failed', target: name.target, message: 'out of memory' };
      case 'built':
        return { kind: 'built', ...name, build: buildOf(second) };
      case 'unbuilt':
        return { kind: 'build-failed', ...name, message: 'out of memory' };
      case 'saved':
        return this.#save(words);
      case 'lost':
        return { kind: 'offers-lost', requestId: Number(first) };
      case 'measured':
        return this.#end(first, measuredEnd(first, Number(second)));
      case 'infeasible':
        return this.#end(first, refusedByRuntime);
      case 'abandoned':
        return this.#end(first, failedByFarm);
      case 'again':
        // The engine tells what it has told before.
        return { kind: 'job-ended', ...this.#ledger.ends.find(({ jobId }) => jobId === first)! };
      case 'pause':
      case 'resume':
      case 'stop':
        return requested(first, verb === 'pause' ? { kind: verb, problem: null } : { kind: verb });
      case 'extend':
        return requested(first, {
          kind: 'extend',
          extension: {
            ...{ measurements: 0, phoneMinutes: 0, wallMinutes: 0 },
            ...(JSON.parse(rest.slice(first.length + 1)) as { readonly extensionId: string }),
          },
        });
      case 'offer':
        return requested(first, {
          kind: 'offer',
          target: fullName(second),
          architectures: words.slice(2),
        });
      case 'offer-many':
        return requested(first, {
          kind: 'offer',
          target: fullName(second),
          architectures: Array.from(
            { length: Number(words[2]) },
            (_, index) => `${words[3] ?? 'n'}${index}`,
          ),
        });
      default:
        throw new Error(`no such event in a story: ${verb}`);
    }
  }

  #answer(target: string, text: string): Extract<StudyEvent, { kind: 'answered' }>['answer'] {
    if (text === 'later' || text === 'exhausted') return text;
    const sequence = this.#proposals.get(target) ?? 0;
    this.#proposals.set(target, sequence + 1);
    return { sequence, architecture: text };
  }

  /** Does in the ledger what the first effect of the kind asked for that was not done yet. */
  #save(words: readonly string[]): StudyEvent {
    const [what = '', ...rest] = words;
    const place = this.#saves.findIndex(({ kind }) => kind === `save-${what}`);
    const [effect] = this.#saves.splice(place, 1);
    if (place < 0 || effect === undefined) throw new Error(`nobody has asked to save ${what}`);
    switch (effect.kind) {
      case 'save-trial': {
        const { trial, refusal } = effect;
        const [reused, latency] = rest;
        const end =
          reused === undefined
            ? refusal
            : {
                kind: 'reused' as const,
                fromJobId: reused,
                ...sampleEvidence(trial.job.jobId, Number(latency)),
              };
        this.#ledger.saveTrial(trial, end);
        return { kind: 'trial-saved', target: trial.target, architecture: trial.architecture, end };
      }
      case 'save-remeasurement':
        this.#ledger.saveRemeasurement(effect.remeasurement);
        return { kind: 'remeasurement-saved', remeasurement: effect.remeasurement };
      case 'save-offers':
        this.#ledger.saveOffers(effect.offers);
        return { kind: 'offers-saved', requestId: effect.requestId, offers: effect.offers };
      case 'save-state':
        this.#ledger.saveState(effect.next);
        return { kind: 'state-saved' };
      default:
        throw new Error(`${effect.kind} is not saved`);
    }
  }

  #end(jobId: string, end: ReturnType<typeof measuredEnd>): StudyEvent {
    this.#ledger.endJob(jobId, end);
    return { kind: 'job-ended', jobId, end };
  }

  #feed(event: StudyEvent): readonly string[] {
    const { study, effects } = step(this.#study, { ...event, atMs: this.#nowMs });
    this.#study = study;
    for (const effect of effects) {
      if (effect.kind === 'abandon-offer') this.#ledger.abandonOffer(effect.offer);
      if (effect.kind.startsWith('save-')) this.#saves.push(effect);
    }
    return effects.map(describe);
  }
}

function requested(
  id: string,
  request: Extract<StudyEvent, { kind: 'requested' }>['request'],
): StudyEvent {
  return { kind: 'requested', requestId: Number(id), request };
}

function fullName(name = ''): string {
  return (
    Object.entries(sampleTargets).find(([short]) => short === name)?.[1] ?? name.replace('_', ' ')
  );
}

function shortName(target: string): string {
  return sampleJobId({ target, architecture: '', round: null }).slice(0, -1).replace(' ', '_');
}

/** "large" ones are beyond any limit. */
function buildOf(architecture: string): Extract<StudyEvent, { kind: 'built' }>['build'] {
  return {
    artifact: {
      digest: architecture,
      sizeBytes: architecture.startsWith('large') ? 9_999 : 10,
      format: 'onnx',
    },
    macs: 1,
    parameters: 1,
    peakActivationBytes: 1,
  };
}

/** `believed 5`: the strategy was sure of 5 ms. */
function expectationIn(
  words: readonly string[],
): Extract<StudyEvent, { kind: 'answered' }>['expectation'] {
  const place = words.indexOf('believed');
  return place < 0 ? undefined : { logMean: Math.log(Number(words[place + 1])), deviation: 0.01 };
}

function describe(effect: StudyEffect): string {
  switch (effect.kind) {
    case 'ask-strategy':
      return `ask ${shortName(effect.target)}`;
    case 'update-strategy':
      return `${describeUpdate(effect.update)} for ${shortName(effect.target)}`;
    case 'build':
      return `build ${effect.architecture} for ${shortName(effect.target)}`;
    case 'save-trial': {
      const { decisionMs } = effect.trial.job.plan;
      const decides = decisionMs === undefined ? '' : `, ${decisionMs} ms decide`;
      return `save trial ${effect.trial.job.jobId} as ${effect.trial.sequence}${effect.refusal === null ? decides : ', refused'}`;
    }
    case 'save-remeasurement':
      return `save remeasurement ${effect.remeasurement.job.jobId} as ${effect.remeasurement.sequence}`;
    case 'save-offers':
      return `save offers ${effect.offers.length > 5 ? `${effect.offers.length} of them` : effect.offers.map(({ architecture, sequence }) => `${architecture} as ${sequence}`).join(', ')}`;
    case 'abandon-offer':
      return `abandon offer ${effect.offer.architecture}`;
    case 'save-state':
      return `save state ${effect.next.state}${effect.next.extension === null ? '' : `, extended by ${effect.next.extension.extensionId}`}`;
    case 'submit-job':
      return `submit ${effect.job.jobId}`;
    case 'answer':
      return `answer ${effect.requestId} ${effect.answer.kind === 'done' ? 'done' : `refused: ${effect.answer.message}`}`;
    case 'report-problem':
      return `report ${effect.problem}`;
    default:
      return effect.kind.replace('-', ' ');
  }
}

function describeUpdate(update: StrategyUpdate): string {
  if (update.kind === 'adopt') return `adopt ${update.proposal.architecture}`;
  if (update.kind === 'withdraw') return `withdraw ${update.architecture}`;
  if (update.kind === 'learn')
    return `learn ${update.errors.map(({ architecture, errorPercent }) => `${architecture} ${errorPercent}`).join(' ')}`;
  const { evaluation } = update;
  return `tell ${update.architecture} ${evaluation.kind === 'measured' ? evaluation.objectives.join(' ') : evaluation.kind}`;
}

function describeLane({ target, ended, pending, results }: Study['lanes'][number]): string {
  return `${shortName(target.name)}: ${ended.measured} measured, ${pending} pending, front ${results.front.map(({ architecture }) => architecture).join(' ')}`;
}
