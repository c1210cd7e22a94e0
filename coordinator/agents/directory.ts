import type { UnusablePhone } from '../../common/device';
import type { AgentLinks } from '../engine/agent_links';
import type { CoordinatorMessage } from '../../proto/codec/coordinator_message';

/** One attached stream, as the directory needs it. */
export interface AgentSession {
  readonly agentId: string;
  send(message: CoordinatorMessage): void;
  /** Ends the stream; `reason` is one line for the agent's log. */
  end(reason: 'replaced' | 'stopping' | 'silent'): void;
}

interface AgentRecord {
  readonly agentId: string;
  readonly version: string;
  readonly unusablePhones: readonly UnusablePhone[];
  readonly link:
    { readonly kind: 'attached'; readonly session: AgentSession } | { readonly kind: 'lost' };
}

/** Who is attached, and who was. At most one session per agent: the newest, since it is the one that the agent believes in. */
export interface AgentDirectory extends AgentLinks {
  attach(
    session: AgentSession,
    hello: {
      readonly version: string;
      readonly unusablePhones: readonly UnusablePhone[];
    },
  ): void;
  /** False when a newer session has replaced this one. */
  isCurrent(session: AgentSession): boolean;
  setUnusablePhones(session: AgentSession, phones: readonly UnusablePhone[]): void;
  /** False when the session had been replaced: then nothing was lost. */
  detach(session: AgentSession): boolean;
  /** Of the agent's last stream, while that is remembered. */
  versionOf(agentId: string): string | undefined;
  /** What attached agents see and cannot use. */
  unusablePhones(): readonly UnusablePhone[];
  endAll(): void;
}

/** Agents with generated names that come and go must not fill the memory; the longest silent are forgotten first. */
const mostLostAgents = 1_000;

export function createAgentDirectory(): AgentDirectory {
  const records = new Map<string, AgentRecord>();
  const currentOf = (session: AgentSession): AgentRecord | undefined => {
    const record = records.get(session.agentId);
    return record?.link.kind === 'attached' && record.link.session === session ? record : undefined;
  };
  const change = (session: AgentSession, changed: Partial<AgentRecord>): boolean => {
    const record = currentOf(session);
    if (record === undefined) return false;
    records.set(session.agentId, { ...record, ...changed });
    return true;
  };
  return {
    attach: (session, hello) => {
      const former = records.get(session.agentId);
      const { version, unusablePhones } = hello;
      // Deleted first, so that the map's order is the order of the last attachment.
      records.delete(session.agentId);
      records.set(session.agentId, {
        agentId: session.agentId,
        version,
        unusablePhones,
        link: { kind: 'attached', session },
      });
      if (former?.link.kind === 'attached') former.link.session.end('replaced');
    },
    isCurrent: (session) => currentOf(session) !== undefined,
    setUnusablePhones: (session, unusablePhones) => void change(session, { unusablePhones }),
    detach: (session) => {
      const wasCurrent = change(session, { link: { kind: 'lost' }, unusablePhones: [] });
      forgetOldest(records);
      return wasCurrent;
    },
    send: (agentId, message) => {
      const link = records.get(agentId)?.link;
      if (link?.kind === 'attached') link.session.send(message);
    },
    end: (agentId) => {
      const link = records.get(agentId)?.link;
      if (link?.kind === 'attached') link.session.end('silent');
    },
    versionOf: (agentId) => records.get(agentId)?.version,
    unusablePhones: () => [...records.values()].flatMap((record) => record.unusablePhones),
    endAll: () => {
      for (const { link } of records.values())
        if (link.kind === 'attached') link.session.end('stopping');
    },
  };
}

function forgetOldest(records: Map<string, AgentRecord>): void {
  const lost = [...records.values()].filter(({ link }) => link.kind === 'lost');
  for (const { agentId } of lost.slice(0, Math.max(0, lost.length - mostLostAgents)))
    records.delete(agentId);
}
