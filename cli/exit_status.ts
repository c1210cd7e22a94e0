import { FarmError, type FarmErrorCode } from '../common/farm_error';

/** Exit statuses of every command (README). */
export const exitStatus = { done: 0, failed: 1, badInput: 2 } as const;

type Failure = typeof exitStatus.failed | typeof exitStatus.badInput;

/** 2 for what the user can mend, 1 for work that failed. */
const statusByCode: Readonly<Record<FarmErrorCode, Failure>> = {
  invalid: exitStatus.badInput,
  'not-found': exitStatus.badInput,
  conflict: exitStatus.badInput,
  exhausted: exitStatus.badInput,
  unavailable: exitStatus.badInput,
  'timed-out': exitStatus.failed,
  cancelled: exitStatus.failed,
  failed: exitStatus.failed,
};

export function exitStatusOf(error: unknown): Failure {
  return error instanceof FarmError ? statusByCode[error.code] : exitStatus.failed;
}
