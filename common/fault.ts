/**
 * Whose fault it was decides what happens next, so the two are never mixed: a candidate fault means that the model
 * cannot run there (infeasible: the search learns), a farm fault that the measurement failed for reasons that are not
 * the model's (retried elsewhere: the search must not learn).
 */
export const candidateFaultCodes = [
  'invalid-model',
  'unsupported-operator',
  'not-fully-delegated',
  'out-of-memory',
  'crashed',
] as const;
export type CandidateFaultCode = (typeof candidateFaultCodes)[number];

export const farmFaultCodes = [
  'disconnected',
  'timeout',
  'storage-full',
  'too-hot',
  'battery-low',
  'tool-missing',
  'transfer-failed',
  'unreadable-output',
  'artifact-unavailable',
  'stopped',
  'agent-lost',
] as const;
export type FarmFaultCode = (typeof farmFaultCodes)[number];

export interface CandidateFault {
  readonly kind: 'candidate-fault';
  readonly code: CandidateFaultCode;
  /** One line; the tool's own words where it has any. */
  readonly message: string;
}

export interface FarmFault {
  readonly kind: 'farm-fault';
  readonly code: FarmFaultCode;
  readonly message: string;
}

/** Longest fault message that is kept: enough for a tool's error line, bounded because phones print anything. */
export const longestFaultMessage = 500;

/** The model's fault; the message is put on one line and cut at `longestFaultMessage`. */
export function candidateFault(code: CandidateFaultCode, message: string): CandidateFault {
  return { kind: 'candidate-fault', code, message: oneLine(message) };
}

/** The farm's fault; the message is put on one line and cut at `longestFaultMessage`. */
export function farmFault(code: FarmFaultCode, message: string): FarmFault {
  return { kind: 'farm-fault', code, message: oneLine(message) };
}

/** A conclusive fault is the runtime's own verdict about the model; another try cannot change it. A crash can be chance. */
export function isConclusive(code: CandidateFaultCode): boolean {
  return code === 'invalid-model' || code === 'unsupported-operator' || code === 'not-fully-delegated';
}

function oneLine(message: string): string {
  return message.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, longestFaultMessage);
}
