import type { Evaluation, KnownError, Proposal, Strategy } from './strategy';

/** What a strategy is told: `Strategy` says when and how often. */
export type StrategyUpdate =
  | { readonly kind: 'adopt'; readonly proposal: Proposal }
  | { readonly kind: 'tell'; readonly architecture: string; readonly evaluation: Evaluation }
  | { readonly kind: 'learn'; readonly errors: readonly KnownError[] }
  | { readonly kind: 'withdraw'; readonly architecture: string };

export function updateStrategy(strategy: Strategy, update: StrategyUpdate): void {
  if (update.kind === 'adopt') strategy.adopt(update.proposal);
  else if (update.kind === 'tell') strategy.tell(update.architecture, update.evaluation);
  else if (update.kind === 'learn') strategy.learn?.(update.errors);
  else strategy.withdraw(update.architecture);
}
