import type { Unit } from './target';

/**
 * Whose fault it was decides what happens next, so the two are never mixed: a candidate fault means that the model
 * cannot run there (infeasible: the search learns), a farm fault that the measurement failed for reasons that are not
 * the model's (retried elsewhere: the search must not learn). A candidate fault needs positive proof that the tool ran
 * and refused this model; what is unknown is a farm fault.
 */
export const candidateFaultCodes = [
  'invalid-model',
  'unsupported-operator',
  'not-fully-delegated',
  'out-of-memory',
  'crashed',
] as const;
export type CandidateFaultCode = (typeof candidateFaultCodes)[number];

/** What is wrong with a target's tools on one phone: other targets of the phone, and the model elsewhere, may be well. */
export const targetFaultCodes = [
  /** A file, library or build option that is not there, or cannot be loaded. */
  'tool-missing',
  /** Binaries, libraries, stubs and skels of versions that do not fit each other or the phone. */
  'tool-mismatched',
  /** The binary does not know a flag, or was built without what the flag asks for. */
  'flag-unknown',
  /** The phone has no accelerator of the name that was asked for. */
  'accelerator-missing',
  /** The accelerator took the whole model and failed in running it. */
  'accelerator-failed',
  /** The tool gave up for a reason that we do not know. */
  'tool-failed',
  /** The tool ended well and left no measurement that can be read. */
  'unreadable-output',
] as const;
type TargetFaultCode = (typeof targetFaultCodes)[number];

export const farmFaultCodes = [
  'disconnected',
  'timeout',
  'storage-full',
  'too-hot',
  'battery-low',
  'transfer-failed',
  'artifact-unavailable',
  'stopped',
  'agent-lost',
  ...targetFaultCodes,
] as const;
export type FarmFaultCode = (typeof farmFaultCodes)[number];

/** What is known of a runtime's refusal of a model. */
export interface Refusal {
  readonly unitAsked: Unit;
  /** Where it failed; null where the runtime refused the model before any unit saw it. */
  readonly unitFailed: Unit | null;
  /** One line, in the tool's own words where it has any. */
  readonly reason: string;
  /** The operator or node that was refused, by the tool's name for it; null where it named none. */
  readonly operator: string | null;
}

export interface CandidateFault {
  readonly kind: 'candidate-fault';
  readonly code: CandidateFaultCode;
  /** One line; the tool's own words where it has any. */
  readonly message: string;
  /** Null where a limit of our own said no, and in ledgers and messages of before the facts were kept. */
  readonly refusal: Refusal | null;
}

export interface FarmFault {
  readonly kind: 'farm-fault';
  readonly code: FarmFaultCode;
  /** One line; of a target's fault also the remedy. */
  readonly message: string;
}

/** Longest fault message or reason that is kept: enough for a tool's error line, bounded because phones print anything. */
export const longestFaultMessage = 500;

/** Longest name of an operator that is kept. */
export const longestOperatorName = 200;

/** The model's fault; texts are put on one line and cut at `longestFaultMessage`. */
export function candidateFault(
  code: CandidateFaultCode,
  message: string,
  refusal: Refusal | null = null,
): CandidateFault {
  return {
    kind: 'candidate-fault',
    code,
    message: oneLine(message),
    refusal: refusal === null ? null : bounded(refusal),
  };
}

/** The farm's fault; the message is put on one line and cut at `longestFaultMessage`. */
export function farmFault(code: FarmFaultCode, message: string): FarmFault {
  return { kind: 'farm-fault', code, message: oneLine(message) };
}

/** A conclusive fault is the runtime's own verdict about the model; another try cannot change it. A crash can be chance. */
export function isConclusive(code: CandidateFaultCode): boolean {
  return (
    code === 'invalid-model' || code === 'unsupported-operator' || code === 'not-fully-delegated'
  );
}

const targetFaults: ReadonlySet<FarmFaultCode> = new Set(targetFaultCodes);

/** Whether the target on this phone is the suspect, not the phone nor the model: after two models it is not tried again. */
export function blamesTarget(code: FarmFaultCode): code is TargetFaultCode {
  return targetFaults.has(code);
}

function bounded({ reason, operator, ...units }: Refusal): Refusal {
  return {
    ...units,
    reason: oneLine(reason),
    operator: operator === null ? null : oneLine(operator).slice(0, longestOperatorName),
  };
}

function oneLine(message: string): string {
  return message
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, longestFaultMessage);
}
