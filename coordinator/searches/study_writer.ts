import type { Job } from '../../common/job';
import type { TrialEnd } from '../../common/trial';
import { withDeadline } from '../../platform/time/deadline';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { StudyEffect } from '../../search/study/effect';
import { keptEnd, type Evidence } from '../../search/study/evidence';
import type { StudyEvent } from '../../search/study/event';
import type { JobEnding, JobRecord } from '../ledger/job_records';
import { findEarlierMeasurement } from './measurement_cache';
import type { SearchParts } from './search_parts';

/** SQLite commits in milliseconds; after this the disk or another process is at fault. */
const writeDeadlineMs = 30_000;

interface StudyWriterParts {
  readonly searchId: string;
  readonly spec: SearchSpec;
  readonly ledger: SearchParts['ledger'];
  readonly clock: SearchParts['clock'];
}

export type StudyWrite = Extract<
  StudyEffect,
  {
    readonly kind:
      'save-trial' | 'save-remeasurement' | 'save-offers' | 'save-state' | 'abandon-offer';
  }
>;

/** Writes what a study asks to keep, and says so when the ledger has it; null where nobody waits for that. @throws when the ledger cannot be written */
export async function write(
  parts: StudyWriterParts,
  effect: StudyWrite,
): Promise<StudyEvent | null> {
  const written = await withDeadline(
    perform(parts, effect),
    writeDeadlineMs,
    'the ledger',
    parts.clock,
  );
  if (written.ok) return written.value;
  throw new Error(
    `the ledger did not write within ${writeDeadlineMs} ms; check the disk that holds it`,
  );
}

async function perform(parts: StudyWriterParts, effect: StudyWrite): Promise<StudyEvent | null> {
  const { searchId, ledger } = parts;
  switch (effect.kind) {
    case 'save-trial':
      return saveTrial(parts, effect);
    case 'save-remeasurement': {
      const { job, ...rest } = effect.remeasurement;
      await ledger.confirmations.save(
        { searchId, ...rest, jobId: job.jobId },
        recordOf(parts, job),
      );
      return { kind: 'remeasurement-saved', remeasurement: effect.remeasurement };
    }
    case 'save-offers': {
      const { offers, requestId } = effect;
      await ledger.proposals.save(offers.map((offer) => ({ searchId, ...offer })));
      return { kind: 'offers-saved', requestId, offers };
    }
    case 'abandon-offer':
      await ledger.proposals.abandon({ searchId, ...effect.offer });
      return null;
    case 'save-state': {
      const { state, wall, extension } = effect.next;
      if (extension === null) await ledger.searches.setState(searchId, state, wall);
      else await ledger.searches.extend(searchId, extension, { state, wall });
      return { kind: 'state-saved' };
    }
  }
}

/** With a measurement that was made before, where there is one that serves. */
async function saveTrial(
  parts: StudyWriterParts,
  { trial, refusal }: Extract<StudyWrite, { readonly kind: 'save-trial' }>,
): Promise<StudyEvent> {
  const { searchId, spec, ledger, clock } = parts;
  const { job, ...name } = trial;
  const earlier =
    refusal !== null || spec.fresh ? undefined : await findEarlierMeasurement(job, ledger);
  const state: JobEnding['state'] | undefined =
    refusal ?? (earlier && { kind: 'reused', fromJobId: earlier.jobId });
  const end: TrialEnd<Evidence> | null =
    earlier === undefined
      ? refusal
      : keptEnd(job.jobId, {
          kind: 'reused',
          fromJobId: earlier.jobId,
          measurement: earlier.measurement,
        });
  await ledger.candidates.save(
    { searchId, ...name, jobId: job.jobId },
    recordOf(parts, job),
    state && { state, atMs: clock.nowMs() },
  );
  return { kind: 'trial-saved', target: name.target, architecture: name.architecture, end };
}

function recordOf({ searchId, spec }: StudyWriterParts, job: Job): JobRecord {
  return {
    job,
    ownerId: searchId,
    priority: spec.priority,
    weight: spec.weight,
    state: { kind: 'open' },
    endedSequence: null,
  };
}
