import type { CoordinatorMessage } from '../../proto/codec/coordinator_message';

/** The way to the agents. A message to an agent that is not attached is lost: its next Hello reconciles. */
export interface AgentLinks {
  send(agentId: string, message: CoordinatorMessage): void;
  /** Ends the agent's stream, if it is attached; an agent that lives attaches again. */
  end(agentId: string): void;
}
