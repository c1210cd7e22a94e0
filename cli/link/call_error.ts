import type { ServiceError } from '@grpc/grpc-js';
import { FarmError } from '../../common/farm_error';
import { codeOf } from '../../proto/codec/status';

/** A unary call may take this long: the coordinator answers from memory or one SQLite query. */
export const callDeadlineMs = 15_000;

/** What the coordinator at `address` answered, or why nobody there did. */
export function callError({ code: status, details }: ServiceError, address: string): FarmError {
  const code = codeOf(status);
  switch (code) {
    case 'timed-out':
      return new FarmError(
        code,
        `the coordinator at ${address} did not answer within ${String(callDeadlineMs / 1_000)} s; its log says what it is doing`,
      );
    case 'unavailable':
      return new FarmError(
        code,
        `no coordinator answers at ${address}; start one with: farm up (or name another with --coordinator HOST:PORT)`,
      );
    case 'failed':
    case 'cancelled':
      return new FarmError(code, `the coordinator at ${address} failed: ${details}`);
    default:
      return new FarmError(code, details);
  }
}
