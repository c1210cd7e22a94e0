import { status } from '@grpc/grpc-js';
import type { FarmErrorCode } from '../../common/farm_error';

/** https://grpc.io/docs/guides/status-codes/ */
const statusByCode: Readonly<Record<FarmErrorCode, status>> = {
  invalid: status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  exhausted: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  'timed-out': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  failed: status.INTERNAL,
};

const codeByStatus = new Map<status, FarmErrorCode>([
  [status.INVALID_ARGUMENT, 'invalid'],
  [status.NOT_FOUND, 'not-found'],
  [status.FAILED_PRECONDITION, 'conflict'],
  [status.RESOURCE_EXHAUSTED, 'exhausted'],
  [status.UNAVAILABLE, 'unavailable'],
  [status.DEADLINE_EXCEEDED, 'timed-out'],
  [status.CANCELLED, 'cancelled'],
]);

export function statusOf(code: FarmErrorCode): status {
  return statusByCode[code];
}

/** What the coordinator never answers, such as UNIMPLEMENTED of another version, is a failure of its. */
export function codeOf(answered: status): FarmErrorCode {
  return codeByStatus.get(answered) ?? 'failed';
}
