import {
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type MethodDefinition,
  type ServerInterceptor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { countFields } from '../../proto/wire_fields';

/** Of a message that carries no text or file of its own; a hundred proposals have 20 kB. */
const largestSmallBytes = 64 * 1024;
/** Of the fields of a larger message: the text or the file, and a few words beside it. */
const mostFields = 64;
/** They carry a specification or a piece of a model. */
const largeMethods: ReadonlySet<string> = new Set([
  '/farm.v1.SearchService/Create',
  '/farm.v1.ArtifactService/Upload',
  '/farm.v1.TrainingService/StartRun',
  '/farm.v1.TrainingService/RegisterReference',
]);

/** Stands for a message that was not read, until it is refused. */
class UnreadMessage {
  constructor(readonly reason: string) {}
}

/**
 * The service with a look at each message before it is decoded, since two bytes of protobuf can make an object: four
 * megabytes of them hold up the event loop for seconds. `refuseUnread` must be among the server's interceptors.
 */
export function boundMessages(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => [name, boundMethod(method)]),
  );
}

function boundMethod(
  method: MethodDefinition<unknown, unknown>,
): MethodDefinition<unknown, unknown> {
  const problemOf = largeMethods.has(method.path) ? findTooManyFields : findTooManyBytes;
  return {
    ...method,
    requestDeserialize: (bytes) => {
      const problem = problemOf(bytes);
      return problem === undefined ? method.requestDeserialize(bytes) : new UnreadMessage(problem);
    },
  };
}

/** Ends calls whose message was too much. */
export const refuseUnread: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveMessage(
        (message: unknown, pass) => {
          if (message instanceof UnreadMessage)
            call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: message.reason });
          else pass(message);
        },
      );
      next(listener.build());
    },
  });

function findTooManyBytes(bytes: Uint8Array): string | undefined {
  return bytes.byteLength <= largestSmallBytes
    ? undefined
    : `a message of ${String(bytes.byteLength)} bytes; this method takes at most ${String(largestSmallBytes)}`;
}

function findTooManyFields(bytes: Uint8Array): string | undefined {
  return bytes.byteLength <= largestSmallBytes || countFields(bytes, mostFields) <= mostFields
    ? undefined
    : `a message of more than ${String(mostFields)} fields; expected a text or a piece of a file, and a few words`;
}
