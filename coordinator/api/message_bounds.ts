import { ServerInterceptingCall, ServerListenerBuilder, status, type MethodDefinition, type ServerInterceptor, type ServiceDefinition } from '@grpc/grpc-js';

/** Of a message that carries no text or file of its own; a hundred proposals have 20 kB. */
const largestSmallBytes = 64 * 1024;
/** Of the fields of a larger message: the text or the file, and a few words beside it. */
const mostFields = 64;
/** They carry a specification or a piece of a model. */
const largeMethods: ReadonlySet<string> = new Set(['/farm.v1.SearchService/Create', '/farm.v1.ArtifactService/Upload']);

/** Stands for a message that was not read, until it is refused. */
class UnreadMessage {
  constructor(readonly reason: string) {}
}

/**
 * The service with a look at each message before it is decoded, since two bytes of protobuf can make an object: four
 * megabytes of them hold up the event loop for seconds. `refuseUnread` must be among the server's interceptors.
 */
export function boundMessages(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(Object.entries(service).map(([name, method]) => [name, boundMethod(method)]));
}

function boundMethod(method: MethodDefinition<unknown, unknown>): MethodDefinition<unknown, unknown> {
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
      const listener = new ServerListenerBuilder().withOnReceiveMessage((message: unknown, pass) => {
        if (message instanceof UnreadMessage) call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: message.reason });
        else pass(message);
      });
      next(listener.build());
    },
  });

function findTooManyBytes(bytes: Uint8Array): string | undefined {
  return bytes.byteLength <= largestSmallBytes ? undefined : `a message of ${String(bytes.byteLength)} bytes; this method takes at most ${String(largestSmallBytes)}`;
}

function findTooManyFields(bytes: Uint8Array): string | undefined {
  return bytes.byteLength <= largestSmallBytes || countFields(bytes, mostFields) <= mostFields ? undefined : `a message of more than ${String(mostFields)} fields; expected a text or a piece of a file, and a few words`;
}

/** On the uppermost level, and no further than to one more than `most`. What is no protobuf is for the decoder to refuse. */
function countFields(bytes: Uint8Array, most: number): number {
  const wire = { bytes, at: 0 };
  let count = 0;
  while (wire.at < bytes.byteLength && count <= most) {
    count += 1;
    skipField(wire);
  }
  return count;
}

interface Wire {
  readonly bytes: Uint8Array;
  at: number;
}

/** https://protobuf.dev/programming-guides/encoding/#structure: the lowest three bits of a tag tell the form of what follows. */
function skipField(wire: Wire): void {
  const form = readVarint(wire) % 8;
  if (form === 1) wire.at += 8;
  if (form === 5) wire.at += 4;
  if (form !== 0 && form !== 2) return;
  const value = readVarint(wire);
  if (form === 2) wire.at += value;
}

function readVarint(wire: Wire): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = wire.bytes[wire.at] ?? 0;
    wire.at += 1;
    value += (byte % 128) * factor;
    if (byte < 128) return value;
  }
}
