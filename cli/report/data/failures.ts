import type { ReportCandidate } from './report_input';

/** Candidates that have no measurement for the same reason. */
export interface FailureKind {
  readonly target: string;
  readonly state: 'infeasible' | 'excluded' | 'abandoned' | 'stopped';
  readonly code: string;
  readonly count: number;
  /** Of the first of them. */
  readonly example: string;
}

/** The most frequent first. */
export function failuresByKind(candidates: readonly ReportCandidate[]): readonly FailureKind[] {
  const kinds = new Map<string, FailureKind>();
  for (const { target, state, faultCode, faultMessage } of candidates) {
    const code = faultCode ?? '';
    if (
      state !== 'infeasible' &&
      state !== 'excluded' &&
      state !== 'abandoned' &&
      state !== 'stopped'
    )
      continue;
    const key = JSON.stringify([target, state, code]);
    const known = kinds.get(key);
    kinds.set(
      key,
      known === undefined
        ? { target, state, code, count: 1, example: faultMessage ?? '' }
        : { ...known, count: known.count + 1 },
    );
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}
