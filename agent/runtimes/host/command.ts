import { pinnedCommand } from '../tool/pinned_command';
import type { Invocation, ToolCommand } from '../tool/runtime_adapter';

/** One of our own programs, run by this Node; program/bench_options.ts reads it. */
export function hostCommand(program: string, { modelPath, plan, cores }: Invocation): ToolCommand {
  const command = [
    process.execPath,
    program,
    '--model',
    modelPath,
    '--runs',
    String(plan.runs),
    '--warmup-runs',
    String(plan.warmupRuns),
    '--threads',
    String(plan.threads),
  ];
  return { command: pinnedCommand(cores, command), environment: {}, readsResultFile: false };
}
