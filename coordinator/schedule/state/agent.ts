import type { RecentSet } from './recent_set';

export type AgentState =
  | { readonly kind: 'attached'; readonly sinceMs: number }
  /** The stream broke. Its leases live on until they expire. */
  | { readonly kind: 'detached'; readonly sinceMs: number }
  | { readonly kind: 'lost'; readonly sinceMs: number };

export interface Agent {
  readonly agentId: string;
  readonly heardAtMs: number;
  readonly state: AgentState;
  /** Digests that were sent to its cache. */
  readonly artifacts: RecentSet;
}

/** Whether commands reach it. */
export function isAttached(agent: Agent | undefined): agent is Agent {
  return agent?.state.kind === 'attached';
}
