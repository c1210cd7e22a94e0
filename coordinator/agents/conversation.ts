import { unreachable } from '../../common/assert';
import type { Logger } from '../../platform/logger';
import type { AgentMessage } from '../../proto/codec/agent_message';
import type { DeviceRegister } from '../engine/device_register';
import type { Engine } from '../engine/engine';
import type { AgentDirectory, AgentSession } from './directory';
import { createAlarm } from '../../platform/time/alarm';
import type { OutgoingQueue } from './outgoing_queue';

/** Why the coordinator ends a stream; `reason` is one line for the agent's log. */
export interface StreamRefusal {
  readonly kind: 'bad-message' | 'silent' | 'too-slow' | 'replaced' | 'stopping' | 'failed';
  readonly reason: string;
}

export interface AgentTiming {
  readonly helloDeadlineMs: number;
  readonly heartbeatIntervalMs: number;
  readonly silenceDeadlineMs: number;
}

export interface ConversationParts {
  readonly engine: Pick<Engine, 'dispatch'>;
  readonly directory: AgentDirectory;
  readonly devices: Pick<DeviceRegister, 'seen'>;
  readonly logger: Logger;
  readonly timing: AgentTiming;
  readonly outgoing: OutgoingQueue;
  readonly refuse: (refusal: StreamRefusal) => void;
}

/** What is said on one stream, without the stream. */
interface AgentConversation {
  /** Resolves when the message is handled; the next one must wait for that. */
  hear(message: AgentMessage): Promise<void>;
  end(): void;
}

type AgentHello = Extract<AgentMessage, { kind: 'hello' }>;
type LaterMessage = Exclude<AgentMessage, { kind: 'hello' }>;

type ConversationStage =
  | { readonly kind: 'awaiting-hello' }
  | { readonly kind: 'attached'; readonly session: AgentSession }
  | { readonly kind: 'ended' };

const endReasons = {
  replaced: 'a newer stream of the same agent took over',
  stopping: 'the coordinator is stopping',
  silent: 'nothing was heard from the agent for too long; attach again',
} as const;

/** Begins with the wait for hello, which has a deadline. */
export function createConversation(parts: ConversationParts): AgentConversation {
  const { timing, refuse } = parts;
  let stage: ConversationStage = { kind: 'awaiting-hello' };
  const silence = createAlarm(() => refuse({ kind: 'silent', reason: endReasons.silent }));
  silence.set(timing.helloDeadlineMs);
  const end = (): void => {
    const former = stage;
    stage = { kind: 'ended' };
    silence.clear();
    parts.outgoing.close();
    if (former.kind === 'attached') leave(parts, former.session);
  };
  return {
    hear: async (message) => {
      if (stage.kind === 'ended') return;
      silence.set(timing.silenceDeadlineMs);
      if (stage.kind === 'attached') {
        if (message.kind === 'hello')
          refuse({
            kind: 'bad-message',
            reason: 'agent message: a second hello; open a new stream instead',
          });
        else await follow(parts, stage.session, message);
      } else if (message.kind !== 'hello') {
        refuse({
          kind: 'bad-message',
          reason: `agent message: expected hello first, got ${message.kind}`,
        });
      } else {
        const session = openSession(parts, message);
        stage = { kind: 'attached', session };
        await greet(parts, session, message);
      }
    },
    end,
  };
}

function openSession(parts: ConversationParts, hello: AgentHello): AgentSession {
  return {
    agentId: hello.agentId,
    send: (message) => {
      if (!parts.outgoing.push(message))
        parts.refuse({
          kind: 'too-slow',
          reason: 'the agent does not read its messages; attach again',
        });
    },
    end: (kind) => parts.refuse({ kind, reason: endReasons[kind] }),
  };
}

/** The devices become durable before the scheduler may use them: a restart waits for the agents that it knows. */
async function greet(
  parts: ConversationParts,
  session: AgentSession,
  hello: AgentHello,
): Promise<void> {
  const { agentId, version, unusablePhones, devices, heldLeases } = hello;
  parts.directory.attach(session, { version, unusablePhones });
  session.send({ kind: 'welcome', heartbeatIntervalMs: parts.timing.heartbeatIntervalMs });
  await parts.devices.seen(agentId, devices);
  if (!parts.directory.isCurrent(session)) return;
  parts.engine.dispatch({ kind: 'agent-attached', agentId, devices, heldLeases });
  parts.logger.info(
    { agentId, version, devices: devices.length, heldLeases: heldLeases.length },
    'agent attached',
  );
}

async function follow(
  parts: ConversationParts,
  session: AgentSession,
  message: LaterMessage,
): Promise<void> {
  const { agentId } = session;
  switch (message.kind) {
    case 'heartbeat':
      parts.engine.dispatch({ kind: 'agent-heard', agentId, heldLeases: message.heldLeases });
      return;
    case 'device-attached':
      await parts.devices.seen(agentId, [message.device]);
      if (parts.directory.isCurrent(session))
        parts.engine.dispatch({ kind: 'device-attached', agentId, device: message.device });
      return;
    case 'device-detached':
      parts.engine.dispatch({
        kind: 'device-detached',
        agentId,
        deviceSerial: message.deviceSerial,
        reason: message.reason,
      });
      return;
    case 'unusable-phones':
      parts.directory.setUnusablePhones(session, message.phones);
      return;
    default:
      unreachable(message);
  }
}

/** A session that was replaced leaves nothing behind: its agent is attached through the newer one. */
function leave(parts: ConversationParts, session: AgentSession): void {
  if (!parts.directory.detach(session)) return;
  parts.engine.dispatch({ kind: 'agent-detached', agentId: session.agentId });
  parts.logger.info({ agentId: session.agentId }, 'agent detached');
}
