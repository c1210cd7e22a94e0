import { candidateFault, farmFault } from '../../../common/fault';
import type { TrialEnd } from '../../../common/trial';
import { parseSearchSpec, type SearchSpec } from '../../../search/spec/search_spec';
import type { Evidence } from '../../../search/study/evidence';
import type { JobKey } from '../../../search/study/settings';
import { openStudy, type Study } from '../../../search/study/state';
import type { StudyLedger } from './study_ledger';

/** Short names of the targets, as transcripts use them. */
export const sampleTargets = {
  fast: 'sm8550/onnxruntime/cpu/int8',
  slow: 'sm8350/onnxruntime/cpu/int8',
} as const;

/** A specification with one target; `more` are further fields, or others in place of these. */
export function sampleSpec(more: Readonly<Record<string, unknown>> = {}): SearchSpec {
  const fields = {
    name: 'sample',
    space: 'nasbench201',
    strategy: { kind: 'random' },
    targets: [sampleTargets.fast],
    budget: { measurements: 4 },
    confirm: { rounds: 0 },
    ...more,
  };
  return parseSearchSpec(JSON.stringify(fields), 'sample');
}

/** Legible: the target, the architecture, and of those that measure again the round. */
export function sampleJobId({ target, architecture, round }: JobKey): string {
  const name = Object.entries(sampleTargets).find(([, full]) => full === target)?.[0] ?? target;
  return `${name}/${architecture}${round === null ? '' : `#${round}`}`;
}

/** The later in the alphabet, the more accurate: 60 % for "a", one more for each letter. */
function sampleAccuracy(architecture: string): number {
  return 60 + (architecture.charCodeAt(0) - 'a'.charCodeAt(0));
}

/** The study as the ledger has it, before it is told so. */
export function openSampleStudy(
  spec: SearchSpec,
  ledger: Pick<StudyLedger, 'state' | 'wall'>,
  nowMs = 0,
): Study {
  return openStudy({
    settings: { searchId: 'sample', spec, createdAtMs: 0, jobIdOf: sampleJobId },
    accuracyPercentOf: sampleAccuracy,
    state: ledger.state,
    wall: ledger.wall,
    nowMs,
  });
}

export function sampleEvidence(
  jobId: string,
  latencyMs: number,
  more: Partial<Evidence> = {},
): Evidence {
  return {
    jobId,
    latencyMs,
    sessionMediansMs: [latencyMs, latencyMs],
    unitShare: 1,
    relativeNoise: 0.01,
    deviceSerial: 'phone',
    deviceKind: 'phone',
    isUncertain: false,
    deviceMs: 1_000,
    ...more,
  };
}

export function measuredEnd(jobId: string, latencyMs: number): TrialEnd<Evidence> {
  return { kind: 'measured', ...sampleEvidence(jobId, latencyMs) };
}

export const refusedByRuntime: TrialEnd<Evidence> = {
  kind: 'infeasible',
  refusedBy: { kind: 'runtime' },
  fault: candidateFault('unsupported-operator', 'no kernel'),
};

export const failedByFarm: TrialEnd<Evidence> = {
  kind: 'abandoned',
  fault: farmFault('disconnected', 'cable'),
};
