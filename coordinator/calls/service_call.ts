import {
  status,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { once } from 'node:events';
import { FarmError } from '../../common/farm_error';
import { withDeadline } from '../../platform/time/deadline';
import type { Logger } from '../../platform/logger';
import { statusOf } from '../../proto/codec/status';
import { createAlarm } from '../../platform/time/alarm';

/** A client that neither takes nor sends anything for this long is gone, whatever its connection says. */
const stallDeadlineMs = 60_000;

/** The answering half of a server-streaming call. */
export interface ResponseStream<Response> {
  /** Resolves when the transport takes more. @throws FarmError when the client has left or stalls. */
  send(response: Response): Promise<void>;
  /** Aborts when the client has left. */
  readonly left: AbortSignal;
}

/** A unary method as a plain function; errors become statuses here and nowhere else. */
export function unary<Request, Response>(
  logger: Logger,
  answer: (request: Request) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => answer(call.request))().then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error, call.getPath(), logger)),
    );
  };
}

export function serverStream<Request, Response>(
  logger: Logger,
  answer: (request: Request, responses: ResponseStream<Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const leaving = new AbortController();
    call.on('cancelled', () => leaving.abort());
    answer(call.request, createResponseStream(call, leaving.signal)).then(
      () => call.end(),
      (error: unknown) => void call.emit('error', toStatus(error, call.getPath(), logger)),
    );
  };
}

/** The requests arrive one at a time: the transport waits while one is handled. */
export function clientStream<Request, Response>(
  logger: Logger,
  answer: (requests: AsyncIterable<Request>) => Promise<Response>,
): handleClientStreamingCall<Request, Response> {
  return (call, callback) => {
    const stall = createAlarm(() =>
      call.destroy(new FarmError('timed-out', 'nothing was sent for too long; send it again')),
    );
    const requests = async function* (): AsyncIterable<Request> {
      stall.set(stallDeadlineMs);
      for await (const request of call as AsyncIterable<Request>) {
        stall.set(stallDeadlineMs);
        yield request;
      }
    };
    answer(requests())
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toStatus(error, call.getPath(), logger)),
      )
      .finally(() => stall.clear());
  };
}

function createResponseStream<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  left: AbortSignal,
): ResponseStream<Response> {
  return {
    left,
    send: async (response) => {
      if (left.aborted) throw new FarmError('cancelled', 'the client has left');
      if (call.write(response)) return;
      const drained = await withDeadline(
        once(call, 'drain', { signal: left }),
        stallDeadlineMs,
        'drain',
      );
      if (!drained.ok) throw new FarmError('timed-out', 'the client took nothing for too long');
    },
  };
}

function toStatus(
  error: unknown,
  method: string,
  logger: Logger,
): { readonly code: status; readonly details: string } {
  if (error instanceof FarmError) return { code: statusOf(error.code), details: error.message };
  if ((error as Error).name === 'AbortError')
    return { code: status.CANCELLED, details: 'the client has left' };
  logger.error({ err: error, method }, 'call failed');
  return {
    code: status.INTERNAL,
    details: 'the coordinator failed on this call; its log says why',
  };
}
