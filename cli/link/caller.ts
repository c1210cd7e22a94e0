import type { ServiceError } from '@grpc/grpc-js';
import { FarmError } from '../../common/farm_error';
import type { Result } from '../../common/result';
import { callDeadlineMs, callError } from './call_error';

type Done<Response> = (error: ServiceError | null, response?: Response) => void;
type Decode<Value> = (wire: unknown) => Result<Value, string>;

/** Calls of one coordinator, whose answers are values: what is read was validated. */
export interface Caller {
  /** @throws FarmError */
  unary<Response, Value>(
    call: (deadline: { deadline: number }, done: Done<Response>) => void,
    decode: Decode<Value>,
  ): Promise<Value>;
  /** Ends the call when its reader stops. @throws FarmError */
  stream<Value>(
    call: AsyncIterable<unknown> & { cancel(): void },
    decode: Decode<Value>,
  ): AsyncGenerator<Value>;
  error(error: ServiceError): FarmError;
}

export function createCaller(address: string): Caller {
  const read = <Value>(decode: Decode<Value>, wire: unknown): Value => {
    const value = decode(wire);
    if (value.ok) return value.value;
    throw new FarmError(
      'failed',
      `the answer of the coordinator at ${address} cannot be read (${value.error}); is it of the same version?`,
    );
  };
  return {
    async unary<Response, Value>(
      call: (deadline: { deadline: number }, done: Done<Response>) => void,
      decode: Decode<Value>,
    ) {
      const wire = await new Promise<unknown>((resolve, reject) => {
        call({ deadline: Date.now() + callDeadlineMs }, (error, response) => {
          if (error !== null) reject(callError(error, address));
          else resolve(response);
        });
      });
      return read(decode, wire);
    },
    async *stream<Value>(call: AsyncIterable<unknown> & { cancel(): void }, decode: Decode<Value>) {
      try {
        for await (const message of call) yield read(decode, message);
      } catch (error) {
        throw error instanceof FarmError ? error : callError(error as ServiceError, address);
      } finally {
        call.cancel();
      }
    },
    error: (error) => callError(error, address),
  };
}
