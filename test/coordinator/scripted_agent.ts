import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { DeviceDescription } from '../../common/device';
import type { Lease } from '../../common/job';
import { agentMessageToWire, type AgentMessage } from '../../proto/codec/agent_message';
import {
  coordinatorMessageFromWire,
  type CoordinatorMessage,
} from '../../proto/codec/coordinator_message';
import type { AgentMessage as WireAgentMessage } from '../../proto/generated/farm/v1/AgentMessage';
import type { AgentServiceClient } from '../../proto/generated/farm/v1/AgentService';
import type { CoordinatorMessage__Output as WireCoordinatorMessage } from '../../proto/generated/farm/v1/CoordinatorMessage';
import { loadFarmServices } from '../../proto/service';
import { describeError, insecure } from './grpc_fixture';

type Kind = CoordinatorMessage['kind'];
type MessageOf<K extends Kind> = Extract<CoordinatorMessage, { kind: K }>;

/** An agent as the wire sees it, which says and does only what the test tells it. */
interface ScriptedAgent {
  readonly received: CoordinatorMessage[];
  say(message: AgentMessage): void;
  sayRaw(message: WireAgentMessage): void;
  hello(devices: readonly DeviceDescription[], heldLeases?: readonly Lease[]): void;
  /** The next message of the kind that was not taken before. */
  next<K extends Kind>(kind: K): Promise<MessageOf<K>>;
  /** How the coordinator ended the stream. */
  readonly ended: Promise<string>;
  /** Ends politely. */
  leave(): void;
  /** Breaks the connection, as a killed agent would. */
  die(): void;
}

export function attachAgent(address: string, agentId: string): ScriptedAgent {
  const services = loadFarmServices();
  // Each agent has its own connection, as it would have in life.
  const client: AgentServiceClient = new services.AgentService(address, insecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const stream: ClientDuplexStream<WireAgentMessage, WireCoordinatorMessage> = client.attach();
  const received: CoordinatorMessage[] = [];
  const taken = new Set<CoordinatorMessage>();
  const wakers = new Set<() => void>();
  stream.on('data', (wire: WireCoordinatorMessage) => {
    const message = coordinatorMessageFromWire(wire);
    if (!message.ok) throw new Error(message.error);
    received.push(message.value);
    for (const wake of wakers) wake();
  });
  const ended = new Promise<string>((resolve) => {
    stream.on('error', (error) => resolve(describeError(error)));
    stream.on('status', (status: { code: number }) => {
      if (status.code === 0) resolve('OK');
    });
  });
  void ended.then(() => client.close());
  const say = (message: AgentMessage): void => void stream.write(agentMessageToWire(message));
  return {
    received,
    ended,
    say,
    sayRaw: (message) => void stream.write(message),
    hello: (devices, heldLeases = []) =>
      say({ kind: 'hello', agentId, version: '0.1.0', devices, unusablePhones: [], heldLeases }),
    next: <K extends Kind>(kind: K) =>
      new Promise<MessageOf<K>>((resolve) => {
        const look = (): void => {
          const found = received.find(
            (message): message is MessageOf<K> => message.kind === kind && !taken.has(message),
          );
          if (found === undefined) return;
          taken.add(found);
          wakers.delete(look);
          resolve(found);
        };
        wakers.add(look);
        look();
      }),
    leave: () => stream.end(),
    die: () => stream.cancel(),
  };
}
