import { status, type ServerDuplexStream, type ServiceDefinition } from '@grpc/grpc-js';
import type { Result } from '../../common/result';
import { decodeAgentMessage, type AgentMessage } from '../../proto/codec/agent_message';
import type { AgentMessage__Output as WireAgentMessage } from '../../proto/generated/farm/v1/AgentMessage';
import type { AgentServiceHandlers } from '../../proto/generated/farm/v1/AgentService';
import type { CoordinatorMessage as WireCoordinatorMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';
import type { FarmServices } from '../../proto/service';
import { agentSilenceMs, heartbeatIntervalMs } from '../schedule/state/limits';
import {
  createConversation,
  type AgentTiming,
  type ConversationParts,
  type StreamRefusal,
} from './conversation';
import { createOutgoingQueue } from './outgoing_queue';

/** The stream of an agent ends when the scheduler gives the agent up, so that the two never disagree for long. */
export const agentTiming: AgentTiming = {
  helloDeadlineMs: 10_000,
  heartbeatIntervalMs,
  silenceDeadlineMs: agentSilenceMs,
};

const statusOf: Readonly<Record<StreamRefusal['kind'], status>> = {
  'bad-message': status.INVALID_ARGUMENT,
  silent: status.DEADLINE_EXCEEDED,
  'too-slow': status.RESOURCE_EXHAUSTED,
  replaced: status.ABORTED,
  stopping: status.UNAVAILABLE,
  failed: status.INTERNAL,
};

/** All but the Hello of a large shelf; at worst four thousand objects. */
const largestReadHereBytes = 8 * 1024;

interface AgentServiceParts extends Omit<ConversationParts, 'outgoing' | 'refuse'> {
  readonly services: FarmServices;
  /** As `decodeAgentMessage`, off the event loop: a shelf of a thousand devices, or who says to be one, takes it long. */
  readonly decodeLarge: (bytes: Uint8Array) => Promise<Result<AgentMessage, string>>;
}

/** What the handlers of `createAgentService` are to be added under: they read the messages themselves. */
export function agentServiceDefinition({
  AgentService: { service },
}: FarmServices): ServiceDefinition {
  return { Attach: { ...service.Attach, requestDeserialize: (bytes: Buffer) => bytes } };
}

type AgentStream = ServerDuplexStream<WireAgentMessage, WireCoordinatorMessage>;

/** `AgentService`: one conversation per stream, from its Hello to its end. */
export function createAgentService(parts: AgentServiceParts): AgentServiceHandlers {
  return { Attach: (stream) => serve(parts, stream) };
}

function serve(parts: AgentServiceParts, stream: AgentStream): void {
  const outgoing = createOutgoingQueue(stream);
  // grpc-js sends a status to the client when an error is emitted, and ends the stream.
  const refuse = ({ kind, reason }: StreamRefusal): void =>
    void stream.emit('error', { code: statusOf[kind], details: reason });
  const conversation = createConversation({ ...parts, outgoing, refuse });
  const hear = async (bytes: Buffer): Promise<void> => {
    const message = await read(parts, bytes);
    if (message.ok) await conversation.hear(message.value);
    else refuse({ kind: 'bad-message', reason: `agent message: ${message.error}` });
  };
  stream.on('data', (bytes: Buffer) => {
    // One message at a time: what follows a Hello must not overtake it, and a flood must wait in the transport.
    stream.pause();
    hear(bytes).then(
      () => stream.resume(),
      (error: unknown) => {
        parts.logger.error({ err: error }, 'agent message could not be handled');
        refuse({
          kind: 'failed',
          reason: 'the coordinator could not handle a message; attach again',
        });
      },
    );
  });
  stream.on('end', () => {
    conversation.end();
    stream.end();
  });
  stream.on('error', () => conversation.end());
  stream.on('cancelled', () => conversation.end());
}

async function read(
  { services, decodeLarge }: AgentServiceParts,
  bytes: Buffer,
): Promise<Result<AgentMessage, string>> {
  return bytes.byteLength > largestReadHereBytes
    ? decodeLarge(bytes)
    : decodeAgentMessage(bytes, services);
}
