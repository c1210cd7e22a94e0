import { ServerInterceptingCall, status, type ServerInterceptor } from '@grpc/grpc-js';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';

/** What every call passes through, outermost first. Who may call what (tokens, certificates) belongs before the log. */
export function createInterceptors(logger: Logger, clock: Clock): ServerInterceptor[] {
  return [logCalls(logger, clock)];
}

function logCalls(logger: Logger, clock: Clock): ServerInterceptor {
  return (method, call) => {
    const startedAtMs = clock.nowMs();
    return new ServerInterceptingCall(call, {
      sendStatus: (end, next) => {
        logger.debug(
          {
            method: method.path,
            status: status[end.code],
            details: end.details,
            durationMs: clock.nowMs() - startedAtMs,
          },
          'call ended',
        );
        next(end);
      },
    });
  };
}
