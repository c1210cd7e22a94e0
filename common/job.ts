import type { Artifact } from './artifact';
import type { CandidateFault, FarmFault } from './fault';
import type { Measurement } from './measurement';
import type { Target } from './target';

/** S sessions of R runs after W warm-up runs, each session its own process of the tool. */
export interface BenchmarkPlan {
  readonly sessions: number;
  readonly runs: number;
  readonly warmupRuns: number;
  readonly threads: number;
  /** For one session, process start and model load included; then the tool is killed on the device. */
  readonly sessionDeadlineMs: number;
  /**
   * The latency below which something depends on the result: a model that is clearly slower gets one session only, one that is neither clearly slower nor clearly
   * faster gets more than planned (agent/benchmark/session_rule.ts). Absent: exactly the planned sessions.
   */
  readonly decisionMs?: number | undefined;
  /** Measured for itself, though the same model is being measured for another job: a confirmation, or a search that wants fresh numbers. */
  readonly again?: boolean | undefined;
}

/** The sessions of one measurement are trusted while they differ by 5 %: three times that is not noise. */
const clearMargin = 0.15;

/** So much above the latency that decides that one session is enough to say so. */
export function isClearlyAbove(latencyMs: number, decisionMs: number): boolean {
  return latencyMs > decisionMs * (1 + clearMargin);
}

/**
 * Whether a measurement that was made by one plan is what another asks for. The deadline only says when to give up; where the
 * measurement was cut short, the other plan would have cut it short too.
 */
export function answersPlan(
  { latencyMs, sessions }: Pick<Measurement, 'latencyMs' | 'sessions'>,
  made: BenchmarkPlan,
  asked: BenchmarkPlan,
): boolean {
  if (
    made.runs !== asked.runs ||
    made.warmupRuns !== asked.warmupRuns ||
    made.threads !== asked.threads ||
    made.sessions !== asked.sessions
  )
    return false;
  return (
    sessions.length >= asked.sessions ||
    (asked.decisionMs !== undefined && isClearlyAbove(latencyMs, asked.decisionMs))
  );
}

export const defaultPlan = {
  sessions: 3,
  runs: 50,
  warmupRuns: 5,
  threads: 1,
  sessionDeadlineMs: 120_000,
} satisfies BenchmarkPlan;

/** Bounds of a plan that a user may ask for: more would let one job hold a phone for hours. */
export const planLimits = {
  sessions: { min: 1, max: 100 },
  runs: { min: 1, max: 10_000 },
  warmupRuns: { min: 0, max: 1_000 },
  threads: { min: 1, max: 64 },
  sessionDeadlineMs: { min: 1_000, max: 3_600_000 },
} as const;

/** Measure an artifact on a target. */
export interface Job {
  readonly jobId: string;
  readonly target: Target;
  readonly artifact: Artifact;
  readonly plan: BenchmarkPlan;
}

/** A job granted to one device. */
export interface Lease {
  readonly jobId: string;
  readonly deviceSerial: string;
  /** Epochs grow over the coordinator's whole life, restarts included: a fencing number. */
  readonly epoch: number;
  /** Only the agent that got the lease was told it: who does not know it does not speak for this lease. */
  readonly nonce: string;
}

/** What a nonce is for: one lease in the hands of one agent. */
export interface LeaseClaim extends Omit<Lease, 'nonce'> {
  readonly agentId: string;
}

/** The nonce of a claim, the same over restarts; nobody without the coordinator's secret can tell it. */
export type NonceOf = (claim: LeaseClaim) => string;

export type Outcome =
  { readonly kind: 'measured'; readonly measurement: Measurement } | CandidateFault | FarmFault;

/** What an agent publishes when a lease ends. At most once in the ledger: the key is (jobId, epoch). */
export interface JobResult {
  readonly lease: Lease;
  readonly agentId: string;
  readonly artifactDigest: string;
  readonly outcome: Outcome;
}
