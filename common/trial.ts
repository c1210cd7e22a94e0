import type { Artifact } from './artifact';
import { assert } from './assert';
import type { CandidateFault, FarmFault } from './fault';
import type { Job, Lease } from './job';

/** What refused a network: a limit of the search, or what runs models on the target. */
export type Refuser =
  /** It shows without a device. `excess`: by how much limits are exceeded, relative to them, summed. */
  { readonly kind: 'limit'; readonly excess: number } | { readonly kind: 'runtime' };

/**
 * How a trial ended, and the job that measured it. `Measured` is as much of the measurement as its holder keeps, `Reused` the same where
 * the measurement was made by another job.
 */
export type TrialEnd<Measured, Reused = Measured> =
  | ({ readonly kind: 'measured' } & Measured)
  /** No device was asked: the measurement of `fromJobId`, of the same model under the same conditions, counts for it too. */
  | ({ readonly kind: 'reused'; readonly fromJobId: string } & Reused)
  | Infeasible
  | Abandoned;

/** It cannot run there, or breaks a limit: the search learns. */
export interface Infeasible {
  readonly kind: 'infeasible';
  readonly refusedBy: Refuser;
  readonly fault: CandidateFault;
}

/** The farm failed it: the search must not learn. */
export interface Abandoned {
  readonly kind: 'abandoned';
  readonly fault: FarmFault;
}

/** Where a trial is on its way. `Measured`: what is kept of a measurement. */
export type TrialState<Measured> =
  | { readonly kind: 'proposed' }
  /** Its model is made, and it is not in the ledger yet: what dies here is proposed again. `refusal`: why it is not to be measured. */
  | { readonly kind: 'built'; readonly artifact: Artifact; readonly refusal: Infeasible | null }
  /** In the ledger, and with the scheduler. */
  | { readonly kind: 'waiting'; readonly job: Job }
  | { readonly kind: 'leased'; readonly job: Job; readonly lease: Lease }
  /** Measured, but not believed before it is measured again. */
  | { readonly kind: 'doubted'; readonly job: Job; readonly first: Measured }
  | {
      readonly kind: 'ended';
      readonly artifact: Artifact | null;
      readonly end: TrialEnd<Measured>;
    };

/** One architecture on one target of one search, from its proposal to its end. */
export interface Trial<Measured> {
  /** Counts the proposals of the search on the target from 0. */
  readonly sequence: number;
  readonly architecture: string;
  /** The job that measures it a second time, should it be doubted. */
  readonly secondLookJobId: string | null;
  readonly state: TrialState<Measured>;
}

/** What can happen to a trial. */
export type TrialEvent<Measured> =
  | { readonly kind: 'built'; readonly artifact: Artifact; readonly refusal: Infeasible | null }
  | { readonly kind: 'saved'; readonly job: Job }
  | { readonly kind: 'leased'; readonly lease: Lease }
  /** An attempt failed, and another device is to try. */
  | { readonly kind: 'requeued' }
  | { readonly kind: 'doubted'; readonly secondLookJobId: string; readonly first: Measured }
  | { readonly kind: 'ended'; readonly end: TrialEnd<Measured> };

/** A trial that has just been proposed. */
export function proposedTrial<Measured>(sequence: number, architecture: string): Trial<Measured> {
  return { sequence, architecture, secondLookJobId: null, state: { kind: 'proposed' } };
}

/** The trial after an event; itself where the event says nothing new. An ended trial stays as it is. */
export function nextTrial<Measured>(
  trial: Trial<Measured>,
  event: TrialEvent<Measured>,
): Trial<Measured> {
  const { state } = trial;
  switch (event.kind) {
    case 'built':
      return state.kind === 'proposed' ? { ...trial, state: event } : trial;
    case 'saved':
      // One that an earlier process saved is taken over as it was proposed.
      return state.kind === 'built' || state.kind === 'proposed'
        ? { ...trial, state: { kind: 'waiting', job: event.job } }
        : trial;
    case 'leased':
      return state.kind === 'waiting' || state.kind === 'leased'
        ? { ...trial, state: { kind: 'leased', job: state.job, lease: event.lease } }
        : trial;
    case 'requeued':
      return state.kind === 'leased'
        ? { ...trial, state: { kind: 'waiting', job: state.job } }
        : trial;
    case 'doubted': {
      if (state.kind === 'ended' || state.kind === 'doubted') return trial;
      assert(
        state.kind === 'waiting' || state.kind === 'leased',
        `${trial.architecture} had a job before it was measured`,
      );
      return {
        ...trial,
        secondLookJobId: event.secondLookJobId,
        state: { kind: 'doubted', job: state.job, first: event.first },
      };
    }
    case 'ended':
      return state.kind === 'ended'
        ? trial
        : { ...trial, state: { kind: 'ended', artifact: artifactOf(trial), end: event.end } };
  }
}

/** The model of a trial; null while it is not built, and where it could not be. */
export function artifactOf<Measured>({ state }: Trial<Measured>): Artifact | null {
  switch (state.kind) {
    case 'proposed':
      return null;
    case 'built':
    case 'ended':
      return state.artifact;
    default:
      return state.job.artifact;
  }
}
