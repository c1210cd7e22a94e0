import type { ModelFormat } from '../../../common/artifact';
import type { CandidateFault, FarmFault } from '../../../common/fault';
import type { BenchmarkPlan } from '../../../common/job';
import type { Session } from '../../../common/measurement';
import type { Result } from '../../../common/result';
import type { Offer } from '../../../common/target';
import type { ToolBundle } from './tool_bundle';

export interface Invocation {
  readonly offer: Offer;
  readonly plan: BenchmarkPlan;
  readonly workFolder: string;
  readonly modelPath: string;
  /** Where the tool shall write per-run results, if it can. */
  readonly resultPath: string;
  /** Cores to pin to, the fastest cluster's, or empty for no pinning. */
  readonly cores: readonly number[];
}

export interface ToolCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** True if `resultPath` is to be read back and handed to `parse`. */
  readonly readsResultFile: boolean;
}

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly resultFile: string | null;
}

export interface SessionReport {
  readonly session: Session;
  readonly toolVersion: string | null;
  readonly unitShare: number | null;
  readonly caveats: readonly string[];
}

/** One benchmark tool: files needed + command line + pure output parser. */
export interface RuntimeAdapter {
  readonly name: string;
  readonly formats: readonly ModelFormat[];
  readonly offers: readonly Offer[];
  /** What was timed, for the measurement's conditions. */
  readonly boundary: string;
  /** What a phone must have; null for what comes with the agent and changes with its version. */
  readonly tools: ToolBundle | null;
  command(invocation: Invocation): ToolCommand;
  /** Total: any text gives a report or a typed fault; never throws. */
  parse(
    output: ToolOutput,
    invocation: Invocation,
  ): Result<SessionReport, CandidateFault | FarmFault>;
}
