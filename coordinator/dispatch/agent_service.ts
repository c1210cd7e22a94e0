import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import { agentMessageFromWire } from '../../proto/codec/agent_message';
import type { AgentMessage__Output as WireAgentMessage } from '../../proto/generated/farm/v1/AgentMessage';
import type { AgentServiceHandlers } from '../../proto/generated/farm/v1/AgentService';
import type { CoordinatorMessage as WireCoordinatorMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';
import { agentSilenceMs, heartbeatIntervalMs } from '../schedule/limits';
import { createConversation, type AgentTiming, type ConversationParts, type Refusal } from './agent_conversation';
import { createOutgoingQueue } from './outgoing_queue';

/** The stream of an agent ends when the scheduler gives the agent up, so that the two never disagree for long. */
export const agentTiming: AgentTiming = { helloDeadlineMs: 10_000, heartbeatIntervalMs, silenceDeadlineMs: agentSilenceMs };

const statusOf: Readonly<Record<Refusal['kind'], status>> = {
  'bad-message': status.INVALID_ARGUMENT,
  silent: status.DEADLINE_EXCEEDED,
  'too-slow': status.RESOURCE_EXHAUSTED,
  replaced: status.ABORTED,
  stopping: status.UNAVAILABLE,
  failed: status.INTERNAL,
};

type Stream = ServerDuplexStream<WireAgentMessage, WireCoordinatorMessage>;

/** `AgentService`: one conversation per stream, from its Hello to its end. */
export function createAgentService(parts: Omit<ConversationParts, 'outgoing' | 'refuse'>): AgentServiceHandlers {
  return { Attach: (stream) => serve(parts, stream) };
}

function serve(parts: Omit<ConversationParts, 'outgoing' | 'refuse'>, stream: Stream): void {
  const outgoing = createOutgoingQueue(stream);
  // grpc-js sends a status to the client when an error is emitted, and ends the stream.
  const refuse = ({ kind, reason }: Refusal): void => void stream.emit('error', { code: statusOf[kind], details: reason });
  const conversation = createConversation({ ...parts, outgoing, refuse });
  stream.on('data', (wire: WireAgentMessage) => {
    const message = agentMessageFromWire(wire);
    if (!message.ok) {
      refuse({ kind: 'bad-message', reason: `agent message: ${message.error}` });
      return;
    }
    // One message at a time: what follows a Hello must not overtake it, and a flood must wait in the transport.
    stream.pause();
    conversation.hear(message.value).then(
      () => stream.resume(),
      (error: unknown) => {
        parts.logger.error({ err: error }, 'agent message could not be handled');
        refuse({ kind: 'failed', reason: 'the coordinator could not handle a message; attach again' });
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
